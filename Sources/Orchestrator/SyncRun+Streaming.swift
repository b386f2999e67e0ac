import Logging
import SyncCore
import SyncStorage

extension SyncRun {
    /// How far the stream has been read in this sync, over all its attempts.
    struct Reading {
        /// The attempt under way, counted from 1.
        var attempt = 0
        /// Pieces of the latest attempt that may have been users.
        var damagedRecords = 0
    }

    /// Reads the stream to its end, so that everything it holds is sent or proven to be in the table.
    ///
    /// When rows that the sync relied on were touched by someone else meanwhile, the stream is read again and every user is
    /// sent, which relies on nothing.
    func readStream(comparing comparison: TableComparison) async throws -> Reading {
        var reading = Reading()
        try await readUntilComplete(&reading, configuration.mode, comparison)
        if try await !comparison.isProven() {
            logger.warning("the stream is read again, and every user sent")
            try await readUntilComplete(&reading, .full, comparison)
        }
        progress.update { $0.missing = comparison.filter?.missingUsers }
        try await session.recordComparison(progress.counters)
        return reading
    }

    /// Reads the stream again and again until it was complete once, as often as is allowed.
    private func readUntilComplete(
        _ reading: inout Reading, _ mode: SyncMode, _ comparison: TableComparison
    ) async throws {
        let policy = StreamRetryPolicy(maximumAttempts: configuration.streamAttempts)
        for attempt in 1... {
            reading.attempt += 1
            do {
                try await readOnce(&reading, mode, comparison)
                return
            } catch let failure as StreamFailure {
                switch policy.decide(after: failure, attempt: attempt, random: .random(in: 0..<1)) {
                case .giveUp:
                    throw SyncFailure("the legacy stream cannot be read: \(failure)")
                case .exhausted(let attempts):
                    throw SyncFailure("the legacy stream failed \(attempts) times, the last time: \(failure)")
                case .retry(let pause):
                    logger.warning(
                        "the stream failed, opening it again",
                        metadata: [
                            "attempt": .stringConvertible(reading.attempt), "pause": "\(pause)", "error": "\(failure)",
                        ])
                    try await Task.sleep(for: pause)
                }
            }
        }
    }

    private func readOnce(_ reading: inout Reading, _ mode: SyncMode, _ comparison: TableComparison) async throws {
        let attempt = reading.attempt
        let firstBatch = await sender.nextBatchNumber
        metrics.observe(progress.counters)
        progress.update { counters in
            counters.streamAttempts = attempt
            (counters.received, counters.rejected, counters.streamBytes) = (0, 0, 0)
            (counters.skipped, counters.superseded) = (0, 0)
        }
        try await session.beginAttempt(attempt, firstBatch: firstBatch)
        let stream = try await reader.open()
        // The source answers: from here on older syncs write nothing, and what the table holds can be relied on.
        try await session.overtake()
        try await comparison.beginAttempt(mode)
        reading.damagedRecords = try await reader.read(
            stream,
            LegacyStreamReader.Attempt(
                syncID: session.syncID, firstBatch: firstBatch, lanes: configuration.messageGroups,
                batchSize: configuration.batchSize,
                maximumBodyBytes: configuration.maximumMessageBytes - TraceContext.attributeBytes,
                send: { try await sender.enqueue($0, attempt: attempt) },
                quarantine: { try await session.record($0) }),
            filter: comparison.filter)
        let counters = progress.counters
        logger.info(
            "stream complete",
            metadata: [
                "received": .stringConvertible(counters.received), "rejected": .stringConvertible(counters.rejected),
                "skipped": .stringConvertible(counters.skipped), "attempt": .stringConvertible(attempt),
            ])
    }
}
