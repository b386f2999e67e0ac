import CurlHTTP
import SyncCore

/// Reads the legacy stream once, from its first byte to its last.
struct LegacyStreamReader: Sendable {
    /// What one attempt needs from the sync it belongs to.
    struct Attempt: Sendable {
        let syncID: Int64
        /// The number of the first batch.
        let firstBatch: Int64
        let lanes: Int
        let batchSize: Int
        let maximumBodyBytes: Int
        /// Takes a batch; suspends while the queue is behind, which stops the reading, which stops the API.
        let send: @Sendable (Batch) async throws -> Void
        /// Puts damaged pieces into quarantine.
        let quarantine: @Sendable ([Reject]) async throws -> Void
    }

    private let api: LegacyAPI
    private let progress: SyncProgress

    /// Damaged pieces that are stored in one sync; beyond this they are only counted, so that a stream of nothing but
    /// damage cannot fill the database.
    static let maximumStoredRejects = 100_000
    private static let rejectsPerWrite = 500

    init(api: LegacyAPI, progress: SyncProgress) {
        self.api = api
        self.progress = progress
    }

    /// Asks for the stream.
    /// - Throws: `StreamFailure`, or `CancellationError`.
    func open() async throws -> HTTPResponseStream { try await api.open() }

    /// Reads the whole stream, handing on batches as they fill.
    /// - Parameter filter: knows what the table holds, and keeps needless users back; nil sends every one.
    /// - Returns: rejected pieces that may have been users.
    /// - Throws: `StreamFailure` when the attempt failed and another may be made; anything else ends the sync.
    func read(_ stream: HTTPResponseStream, _ attempt: Attempt, filter: DeltaFilter?) async throws -> Int {
        var parser = LegacyStreamParser()
        var sink = StreamSink(
            batcher: LaneBatcher(
                syncID: attempt.syncID, firstBatchNumber: attempt.firstBatch, lanes: attempt.lanes,
                maximumUsers: attempt.batchSize, maximumBodyBytes: attempt.maximumBodyBytes),
            filter: filter)
        do {
            for try await chunk in stream.body {
                chunk.withUnsafeBytes { parser.consume($0, into: &sink) }
                for batch in sink.takeSealed() { try await attempt.send(batch) }
                if sink.rejects.count >= Self.rejectsPerWrite { try await store(&sink, attempt) }
                publish(sink, bytes: parser.bytesConsumed)
            }
        } catch let error as HTTPClientError {
            try await store(&sink, attempt)
            throw LegacyAPI.failure(error)
        }
        parser.finish(into: &sink)
        sink.releaseHeld()
        for batch in sink.takeSealed() { try await attempt.send(batch) }
        try await store(&sink, attempt)
        publish(sink, bytes: parser.bytesConsumed)
        guard sink.users > 0 else {
            throw StreamFailure(
                kind: .empty, description: "the stream was complete but held no user (\(parser.bytesConsumed) bytes)")
        }
        while let batch = sink.flushNext() { try await attempt.send(batch) }
        return sink.damagedRecords
    }

    private func store(_ sink: inout StreamSink, _ attempt: Attempt) async throws {
        let room = Self.maximumStoredRejects - (sink.rejectCount - sink.rejects.count)
        let rejects = sink.takeRejects()
        if room > 0 { try await attempt.quarantine(Array(rejects.prefix(room))) }
    }

    private func publish(_ sink: borrowing StreamSink, bytes: Int64) {
        let (users, rejects, comparison) = (sink.users, sink.rejectCount, sink.comparison)
        progress.update { counters in
            counters.received = users
            counters.rejected = rejects
            counters.streamBytes = bytes
            counters.skipped = comparison.skipped
            counters.superseded = comparison.superseded
        }
    }
}
