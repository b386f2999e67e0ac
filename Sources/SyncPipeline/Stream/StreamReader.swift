import Logging
import SyncCore

/// Reads the stream from its first byte to its last, and again when an attempt fails.
struct StreamReader: Sendable {
    let source: any StreamSource
    let retry: StreamRetryPolicy
    let clock: PipelineClock
    let logger: Logger

    /// Reads until the stream was complete once, as often as is allowed.
    /// - Throws: `SyncFailure` when the stream cannot be read, `CancellationError`, or what the consumer throws.
    func read<Consumer: StreamConsumer & ~Copyable>(into consumer: inout Consumer) async throws {
        for attempt in 1... {
            do {
                return try await readOnce(into: &consumer)
            } catch let failure as StreamFailure {
                switch retry.decide(after: failure, attempt: attempt, random: clock.random()) {
                case .giveUp:
                    throw SyncFailure("the legacy stream cannot be read: \(failure)")
                case .exhausted(let attempts):
                    throw SyncFailure("the legacy stream failed \(attempts) times, the last time: \(failure)")
                case .retry(let pause):
                    logger.warning(
                        "the stream failed, opening it again",
                        metadata: [
                            "attempt": .stringConvertible(attempt), "pause": "\(pause)", "error": "\(failure)",
                        ])
                    try await clock.sleep(pause)
                }
            }
        }
    }

    private func readOnce<Consumer: StreamConsumer & ~Copyable>(into consumer: inout Consumer) async throws {
        try await consumer.beginAttempt()
        let stream = try await source.open()
        try await consumer.streamOpened()
        var parser = LegacyStreamParser()
        do {
            var chunks = stream.chunks.makeAsyncIterator()
            while let chunk = try await chunks.next(isolation: nil) {
                chunk.withUnsafeBytes { parser.consume($0, into: &consumer) }
                try await consumer.passOn(streamBytes: parser.bytesConsumed)
            }
        } catch let failure as StreamFailure {
            try await consumer.attemptFailed()
            throw failure
        }
        parser.finish(into: &consumer)
        guard consumer.users > 0 else {
            try await consumer.attemptFailed()
            throw StreamFailure(
                kind: .empty, description: "the stream was complete but held no user (\(parser.bytesConsumed) bytes)")
        }
        try await consumer.complete(streamBytes: parser.bytesConsumed)
        logger.info(
            "stream complete",
            metadata: [
                "users": .stringConvertible(parser.users), "rejects": .stringConvertible(parser.rejects),
                "bytes": .stringConvertible(parser.bytesConsumed),
            ])
    }
}
