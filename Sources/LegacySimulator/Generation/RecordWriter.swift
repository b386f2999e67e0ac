import SyncCore

/// Spells user plans as JSON, and their values as plain UTF-8.
///
/// Both come from one plan, so the expected table never has to parse what was sent.
struct RecordWriter: Sendable {
    /// A valid record with the five fields never takes more bytes than this.
    static let maximumRecordBytes = 8 << 10
    /// A valid record never takes more bytes than this.
    let maximumBytes: Int

    /// The most Unicode scalars a user name may have.
    static let maximumNameScalars = 255

    enum Spelling: Sendable { case value, plainJSON, escapedJSON }

    let profile: DataProfile
    let vocabulary = Vocabulary.shared
    let unicode: Chance
    let own: OwnValuePlanner
    /// The fields beyond the five as JSON spells their keys, with the quotes.
    let ownKeys: [[UInt8]]
    /// Fields that no reader knows: without those that are among ``own``.
    let unknownFields: [StaticString]
    private let hash: SeededHash
    private let isLoose: Bool

    init(_ profile: DataProfile) {
        self.profile = profile
        hash = SeededHash(seed: profile.seed)
        unicode = Chance(profile.unicodeRate)
        own = OwnValuePlanner(profile)
        let ownKeys = own.fields.map { Array("\"\($0.jsonKey)\"".utf8) }
        self.ownKeys = ownKeys
        unknownFields = Self.allUnknownFields.filter { field in
            field.withUTF8Buffer { bytes in !ownKeys.contains { bytes.starts(with: $0) } }
        }
        maximumBytes =
            Self.maximumRecordBytes + ownKeys.reduce(0) { $0 + $1.count + 32 + Self.maximumOwnValueBytes }
        isLoose = profile.extraFields || profile.whitespace || profile.variedDates || !own.fields.isEmpty
    }

    /// Writes the record as JSON.
    @inline(__always)
    func writeRecord(_ plan: UserPlan, to writer: inout ByteWriter) {
        if isLoose {
            writeLooseRecord(plan, damage: nil, to: &writer)
        } else {
            writeCompactRecord(plan, to: &writer)
        }
    }

    @inline(__always)
    private func writeCompactRecord(_ plan: UserPlan, to writer: inout ByteWriter) {
        let spelling = spelling(plan)
        writer.write("{\"id\":")
        writer.write(decimal: plan.legacyID)
        writer.write(",\"userName\":\"")
        writeUserName(plan.identity, spelling, to: &writer)
        writer.write("\",\"email\":\"")
        writeEmail(plan, spelling, to: &writer)
        writer.write("\",\"createdAt\":\"")
        plan.createdAt.write(to: &writer, digits: 3)
        if plan.deleted { writer.write("\",\"deleted\":true}") } else { writer.write("\",\"deleted\":false}") }
    }

    func spelling(_ plan: UserPlan) -> Spelling { plan.form & 1 == 0 ? .plainJSON : .escapedJSON }

    /// Writes the user name alone, without quotes.
    @inline(__always)
    func writeUserName(_ identity: Int, _ spelling: Spelling, to writer: inout ByteWriter) {
        let bits = hash.bits(.identity, identity)
        let first = vocabulary.firstNames[Int(truncatingIfNeeded: bits & 31)]
        let last = vocabulary.lastNames[Int(truncatingIfNeeded: (bits >> 5) & 31)]
        writer.write(first)
        if unicode.hits(bits) {
            let elsewhere = first.count + last.count + ByteWriter.decimalDigits(identity)
            writeDecoration(bits, spelling, scalarsElsewhere: elsewhere, to: &writer)
        } else {
            writer.write(vocabulary.separators[Int(truncatingIfNeeded: (bits >> 10) & 3)])
        }
        writer.write(last)
        writer.write(decimal: identity)
    }

    /// Writes the address alone, without quotes.
    @inline(__always)
    func writeEmail(_ plan: UserPlan, _ spelling: Spelling, to writer: inout ByteWriter) {
        let bits = hash.bits(.identity, plan.identity)
        if unicode.hits(bits) {
            if bits & 0x3F000 == 0 { return }  // An empty address is a string all the same.
            if bits & 0x40000 == 0 { write(decoration(bits), spelling, to: &writer) }
        }
        writer.write(vocabulary.firstNames[Int(truncatingIfNeeded: bits & 31)])
        writer.write(byte: UInt8(ascii: "."))
        writer.write(vocabulary.lastNames[Int(truncatingIfNeeded: (bits >> 5) & 31)])
        writer.write(decimal: plan.identity)
        if plan.content != plan.identity {
            writer.write(".c")
            writer.write(decimal: plan.content)
        }
        if plan.revision > 0 {
            writer.write(".g")
            writer.write(decimal: plan.revision)
        }
        writer.write(vocabulary.domains[Int(truncatingIfNeeded: (bits >> 19) & 7)])
    }

    func decoration(_ bits: UInt64) -> Decoration {
        vocabulary.decorations[SeededHash.index(SeededHash.mix(bits), below: vocabulary.decorations.count)]
    }

    func write(_ decoration: Decoration, _ spelling: Spelling, to writer: inout ByteWriter) {
        switch spelling {
        case .value: writer.write(decoration.value)
        case .plainJSON: writer.write(decoration.plain)
        case .escapedJSON: writer.write(decoration.escaped)
        }
    }

    /// One decoration; in one name of 32, as many as it takes to reach the most Unicode scalars a name may have.
    private func writeDecoration(
        _ bits: UInt64, _ spelling: Spelling, scalarsElsewhere: Int, to writer: inout ByteWriter
    ) {
        let decoration = decoration(bits)
        write(decoration, spelling, to: &writer)
        guard (bits >> 23) & 31 == 0 else { return }
        var left = Self.maximumNameScalars - scalarsElsewhere - decoration.scalars
        while left >= decoration.scalars {
            write(decoration, spelling, to: &writer)
            left -= decoration.scalars
        }
        for _ in 0..<max(left, 0) { writer.write(byte: UInt8(ascii: "x")) }
    }
}
