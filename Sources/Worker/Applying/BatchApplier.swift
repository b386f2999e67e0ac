import Logging
import Postgres
import SQS
import SyncCore
import SyncStorage

/// Applies one message to the database and says what is to become of it in the queue.
struct BatchApplier: Sendable {
    /// What is to become of a message.
    enum Disposition: Sendable, Equatable {
        /// Its work is done, now or before: it can be deleted.
        case done
        /// It cannot be applied; after some more receives it goes to the dead-letter queue.
        case failed
        /// The worker stops: someone else should have it at once.
        case interrupted
    }

    let store: BatchStore
    let shutdown: ShutdownFlag
    let logger: Logger

    /// For how long a database that is down is waited for with a message in hand. Giving it back instead would count as a
    /// receive, and an outage would drive good batches into the dead-letter queue.
    private static let longestOutage = Duration.seconds(900)
    private static let longestPause = Duration.seconds(10)

    /// Decodes and applies a message, waiting out what is transient.
    func apply(_ message: SQSMessage) async -> Disposition {
        var logger = logger
        logger[metadataKey: "message_id"] = "\(message.messageID)"
        let batch: DecodedBatch
        do {
            batch = try MessageDecoder.decode(message.body)
        } catch {
            logger.error(
                "a message is not a batch of this service",
                metadata: ["error": "\(error)", "receive_count": .stringConvertible(message.receiveCount)])
            return .failed
        }
        logger[metadataKey: "sync_id"] = .stringConvertible(batch.header.syncID)
        logger[metadataKey: "batch"] = .stringConvertible(batch.header.number)
        return await apply(batch, receiveCount: message.receiveCount, logger: logger)
    }

    private func apply(_ batch: DecodedBatch, receiveCount: Int, logger: Logger) async -> Disposition {
        let clock = ContinuousClock()
        let start = clock.now
        var pause = Duration.milliseconds(100)
        while true {
            do {
                let outcome = try await store.apply(batch)
                log(outcome, batch: batch, took: clock.now - start, logger: logger)
                return .done
            } catch is CancellationError {
                return .interrupted
            } catch let error as PostgresError where error.isTransient && clock.now - start < Self.longestOutage {
                if shutdown.isSet { return .interrupted }
                logger.warning("the database is not available, trying again", metadata: ["error": "\(error)"])
                do { try await Task.sleep(for: pause * Double.random(in: 0.5...1)) } catch { return .interrupted }
                pause = min(pause * 2, Self.longestPause)
            } catch {
                if Task.isCancelled || shutdown.isSet { return .interrupted }
                logger.error(
                    "a batch cannot be applied",
                    metadata: ["error": "\(error)", "receive_count": .stringConvertible(receiveCount)])
                return .failed
            }
        }
    }

    private func log(_ outcome: BatchOutcome, batch: DecodedBatch, took: Duration, logger: Logger) {
        switch outcome {
        case .applied(let counts):
            logger.info(
                "batch applied",
                metadata: [
                    "users": .stringConvertible(batch.count), "inserted": .stringConvertible(counts.inserted),
                    "updated": .stringConvertible(counts.updated), "unchanged": .stringConvertible(counts.unchanged),
                    "duplicates": .stringConvertible(counts.duplicates),
                    "took_ms": .stringConvertible(Int(took / .milliseconds(1))),
                ])
        case .alreadyApplied:
            logger.info("batch was applied before")
        case .overtaken:
            logger.notice("batch dropped: a newer sync has overtaken its own")
        }
    }
}
