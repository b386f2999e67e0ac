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
        /// Records with a value of another type, by the field beyond the five that has it.
        var mistyped: [Int] = []
    }

    let profile: DataProfile
    private(set) var counts = Counts()
    /// Room that ``writeNext(to:)`` needs, in bytes.
    let maximumPieceBytes: Int

    private let planner: UserPlanner
    private let records: RecordWriter
    private let hash: SeededHash
    private let damaged, mistyped, junk: Chance
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
        mistyped = Chance(profile.own.fields.isEmpty ? 0 : profile.own.mistypedRate)
        junk = Chance(profile.junkRate)
        counts.mistyped = [Int](repeating: 0, count: profile.own.fields.count)
        let damagedBytes = damaged.isZero ? 0 : 2 * (Damage.maximumExcess + records.maximumBytes)
        maximumPieceBytes = damagedBytes + (mistyped.isZero ? 1 : 2) * records.maximumBytes + 1024
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
        if !mistyped.isZero { writeMistyped(before: record, to: &writer) }
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
            let plan = misleadingPlan(before: record, &random)
            write(plan, .pick(&random), to: &writer)
        }
    }

    private mutating func writeMistyped(before record: Int, to writer: inout ByteWriter) {
        let bits = hash.bits(.mistyped, record)
        guard mistyped.hits(bits) else { return }
        var random = SeededSequence(bits)
        let plan = misleadingPlan(before: record, &random)
        let (damage, field) = Damage.mistyped(profile.own.fields, &random)
        write(plan, damage, to: &writer)
        counts.mistyped[field] += 1
    }

    /// A reader that takes this for a user puts a wrong row into the table: the name is a real one, the date the newest.
    private func misleadingPlan(before record: Int, _ random: inout SeededSequence) -> UserPlan {
        var plan = planner.plan(random.next(below: profile.users))
        plan.content = profile.users + record
        plan.createdAt = Timestamp(year: 2098, month: 1, day: 1)
        plan.form = random.next()
        return plan
    }

    private mutating func write(_ plan: UserPlan, _ damage: Damage, to writer: inout ByteWriter) {
        writeSeparator(to: &writer)
        records.writeLooseRecord(plan, damage: damage, to: &writer)
        counts.damagedRecords += 1
        countDamage()
    }

    private mutating func countDamage() {
        if !isInDamage { counts.rejects += 1 }
        isInDamage = true
    }
}
