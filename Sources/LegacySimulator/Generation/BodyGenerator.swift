/// Writes the body of one whole response, piece by piece, in constant memory.
struct BodyGenerator {
    enum Step: Sendable, Equatable {
        case record
        /// The array (or group) is complete, with the junk that follows it.
        case endOfArray
        /// Nothing is left to write.
        case finished
    }

    /// What was written so far.
    struct Counts: Sendable, Equatable {
        var users = 0
        var arrays = 0
        var damagedRecords = 0
        var junkFragments = 0
        /// Runs of damage without a user between: the fewest rejects a reader may record.
        var rejects = 0
    }

    let profile: DataProfile
    private(set) var counts = Counts()
    /// Room that ``writeNext(to:)`` needs, in bytes.
    let maximumPieceBytes: Int

    private let planner: UserPlanner
    private let records: RecordWriter
    private let hash: SeededHash
    private let damaged, junk: Chance
    private var inArray = 0
    private var isFirstElement = true
    private var isInDamage = false
    private var hasStarted = false
    private var hasFinished = false

    init(_ profile: DataProfile) {
        self.profile = profile
        planner = UserPlanner(profile)
        records = RecordWriter(profile)
        hash = SeededHash(seed: profile.seed)
        damaged = Chance(profile.damagedRate)
        junk = Chance(profile.junkRate)
        maximumPieceBytes = RecordWriter.maximumRecordBytes + (damaged.isZero ? 1024 : 2 * Damage.maximumBytes + 1024)
    }

    /// Writes the next record with the damage before it and, where it closes an array, the end of that array.
    ///
    /// The writer must have room for ``maximumPieceBytes``.
    @inline(__always)
    mutating func writeNext(to writer: inout ByteWriter) -> Step {
        guard !hasFinished else { return .finished }
        if !hasStarted { writeStart(to: &writer) }
        guard counts.users < profile.users else {
            writeFinish(to: &writer)
            return .finished
        }
        let record = counts.users
        if inArray == 0, profile.format == .glued {
            writer.write(byte: UInt8(ascii: "["))
            isFirstElement = true
        }
        let damageBits = hash.bits(.damaged, record)
        if damaged.hits(damageBits) { writeDamage(before: record, damageBits, to: &writer) }
        writeSeparator(to: &writer)
        records.writeRecord(planner.plan(record), to: &writer)
        counts.users += 1
        isInDamage = false
        inArray += 1
        guard inArray == profile.arraySize || counts.users == profile.users else { return .record }
        writeEndOfArray(to: &writer)
        return .endOfArray
    }

    private mutating func writeStart(to writer: inout ByteWriter) {
        hasStarted = true
        if profile.byteOrderMark { writer.write([0xEF, 0xBB, 0xBF]) }
        if profile.format == .array || (profile.format == .glued && profile.users == 0) {
            writer.write(byte: UInt8(ascii: "["))
        }
    }

    private mutating func writeFinish(to writer: inout ByteWriter) {
        hasFinished = true
        switch profile.format {
        case .array: writer.write(byte: UInt8(ascii: "]"))
        case .glued: if profile.users == 0 { writer.write(byte: UInt8(ascii: "]")) }
        case .ndjson: if !isFirstElement { writer.write(byte: UInt8(ascii: "\n")) }
        case .comma: break
        }
    }

    @inline(__always)
    private mutating func writeSeparator(to writer: inout ByteWriter) {
        if isFirstElement {
            isFirstElement = false
        } else {
            writer.write(byte: UInt8(ascii: profile.format == .ndjson ? "\n" : ","))
        }
    }

    private mutating func writeEndOfArray(to writer: inout ByteWriter) {
        inArray = 0
        if profile.format == .glued { writer.write(byte: UInt8(ascii: "]")) }
        let bits = hash.bits(.junk, counts.arrays)
        counts.arrays += 1
        guard junk.hits(bits) else { return }
        if profile.format != .glued { writeSeparator(to: &writer) }
        // An unfinished fragment at the very end would make the body itself an unfinished one.
        let isKnown = profile.onlyKnownJunk || counts.users == profile.users
        writer.write(isKnown ? JunkFragment.usual : JunkFragment.pick(SeededHash.mix(bits)))
        counts.junkFragments += 1
        countDamage()
    }

    private mutating func writeDamage(before record: Int, _ bits: UInt64, to writer: inout ByteWriter) {
        var random = SeededSequence(bits)
        let pieces = random.oneIn(8) ? 2 : 1
        for _ in 0..<pieces {
            writeSeparator(to: &writer)
            // A reader that takes this for a user puts a wrong row into the table: the name is a real one, the date the newest.
            var plan = planner.plan(random.next(below: profile.users))
            plan.content = profile.users + record
            plan.createdAt = Timestamp(year: 2098, month: 1, day: 1)
            plan.form = random.next()
            records.writeLooseRecord(plan, damage: .pick(&random), to: &writer)
            counts.damagedRecords += 1
            countDamage()
        }
    }

    private mutating func countDamage() {
        if !isInDamage { counts.rejects += 1 }
        isInDamage = true
    }
}
