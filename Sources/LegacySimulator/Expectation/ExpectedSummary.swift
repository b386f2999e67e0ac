import NIOCore

/// What a reader of one whole stream must have counted.
struct ExpectedSummary: Sendable, Encodable, Equatable {
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
    }
}
