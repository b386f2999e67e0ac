import SyncCore

/// Batches of one user each, so that next to nothing but the ledger is left to measure.
enum SmallBatches {
    private struct Sink: LegacyStreamSink, ~Copyable {
        var batcher: LaneBatcher
        var batches: [Batch] = []

        mutating func receive(_ user: UserRecord) {
            // A batch is full with its first user; one that fits no message is not among them.
            if let batch = try? batcher.append(user) { batches.append(batch) }
        }

        mutating func receive(_ reject: Reject) {}
    }

    /// - Parameter count: each batch holds another user.
    static func make(count: Int, syncID: Int64) throws -> [DecodedBatch] {
        var sink = Sink(
            batcher: LaneBatcher(
                syncID: syncID, firstBatchNumber: 1, lanes: .hashed(1), maximumUsers: 1, maximumBodyBytes: 262_144))
        let users = (0..<count).map { index in
            #"{"id":\#(index),"userName":"user\#(index)","email":"user\#(index)@example.com","#
                + #""createdAt":"2023-04-05T06:07:08.000Z","deleted":false}"#
        }
        var parser = LegacyStreamParser()
        Array("[\(users.joined(separator: ","))]".utf8).withUnsafeBytes { parser.consume($0, into: &sink) }
        parser.finish(into: &sink)
        while let batch = sink.batcher.flushNext() { sink.batches.append(batch) }
        guard sink.batches.count == count else { throw Failure("\(sink.batches.count) batches of \(count) users") }
        return try sink.batches.map { try MessageDecoder.decode($0.body) }
    }
}
