import NIOCore
import SyncCore

/// What a reader of one whole stream must have counted.
struct ExpectedSummary: Sendable, Encodable, Equatable {
    /// How often a field beyond the five has no value, in valid records, or a wrong one, in others.
    struct Field: Sendable, Encodable, Equatable {
        var absent = 0
        var null = 0
        var mistyped = 0
    }

    /// Valid user records in the stream.
    var received: Int
    /// Rows in the table: distinct user names.
    var distinct: Int
    /// Valid records beyond the first of their user name.
    var duplicates: Int
    /// Rows with `deleted`.
    var deleted: Int
    /// Runs of damage without a user between: the fewest rejects a reader may record.
    var rejects: Int
    var damagedRecords: Int
    var junkFragments: Int
    var arrays: Int
    /// Bytes of the whole body before any content encoding.
    var bytes: Int
    /// By the JSON key; nil without such fields.
    var fields: [String: Field]?

    init(_ profile: DataProfile) {
        let table = ExpectedTable(profile)
        var blocks = BlockSource(BodyGenerator(profile), targetBytes: 64 << 10, endsAtArrays: false)
        var bytes = 0
        while let block = blocks.next() { bytes += block.bytes.readableBytes }
        let counts = blocks.generator.counts
        received = counts.users
        distinct = table.count
        duplicates = counts.users - table.count
        deleted = table.deletedCount
        rejects = counts.rejects
        damagedRecords = counts.damagedRecords
        junkFragments = counts.junkFragments
        arrays = counts.arrays
        self.bytes = bytes
        fields = Self.fields(profile, counts)
    }

    private static func fields(_ profile: DataProfile, _ counts: BodyGenerator.Counts) -> [String: Field]? {
        guard !profile.own.fields.isEmpty else { return nil }
        let planner = UserPlanner(profile)
        let own = OwnValuePlanner(profile)
        var fields = counts.mistyped.map { Field(mistyped: $0) }
        for record in 0..<profile.users {
            let plan = planner.plan(record)
            for index in fields.indices {
                switch own.value(index, of: plan) {
                case .absent: fields[index].absent += 1
                case .null: fields[index].null += 1
                case .value: break
                }
            }
        }
        return Dictionary(zip(profile.own.fields.map(\.jsonKey), fields)) { first, _ in first }
    }
}
