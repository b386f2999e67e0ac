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
        /// It cannot be applied, and why is on record. Its lane goes on without it: the messages behind it are received with it
        /// every time, and would be counted into the dead-letter queue together with it.
        /// - Parameter isFinal: the queue does not hand it out again.
        case rejected(isFinal: Bool)
        /// The worker stops, or the database stays away: someone else should have it at once.
        case interrupted
    }

    let store: BatchStore
    let failures: FailedBatchStore
    /// How often the queue hands a message out; nil when there is no limit.
    let maximumReceives: Int?
    let shutdown: ShutdownFlag
    let metrics: WorkerMetrics
    /// nil where nobody asks how the worker is.
    let pulse: ConsumerPulse?
    let logger: Logger

    /// For how long a database that is down is waited for with a message in hand. Giving it back instead would count as a
    /// receive, and an outage would drive good batches into the dead-letter queue.
    private static let longestOutage = Duration.seconds(900)
    private static let longestPause = Duration.seconds(10)

    /// Decodes and applies a message, waiting out what is transient.
    func apply(_ message: SQSMessage) async -> Disposition {
        let batch: DecodedBatch
        do {
            batch = try MessageDecoder.decode(message.body)
        } catch {
            return await refuse(message, cause: "\(error)")
        }
        var logger = logger.naming(message)
        logger[metadataKey: "sync_id"] = .stringConvertible(batch.header.syncID)
        logger[metadataKey: "batch"] = .stringConvertible(batch.header.number)
        return await apply(batch, of: message, logger: logger)
    }

    private func apply(_ batch: DecodedBatch, of message: SQSMessage, logger: Logger) async -> Disposition {
        let clock = ContinuousClock()
        let start = clock.now
        var pause = Duration.milliseconds(100)
        while true {
            do {
                let outcome = try await store.apply(batch)
                pulse?.askedDatabase(true)
                report(outcome, batch: batch, took: clock.now - start, logger: logger)
                return .done
            } catch is CancellationError {
                return .interrupted
            } catch let error as PostgresError where error.isTransient && clock.now - start < Self.longestOutage {
                metrics.retriesDatabase()
                pulse?.askedDatabase(false)
                if shutdown.isSet { return .interrupted }
                logger.warning("the database is not available, trying again", metadata: ["error": "\(error)"])
                do { try await Task.sleep(for: pause * Double.random(in: 0.5...1)) } catch { return .interrupted }
                pause = min(pause * 2, Self.longestPause)
            } catch {
                if Task.isCancelled || shutdown.isSet { return .interrupted }
                pulse?.askedDatabase((error as? PostgresError)?.isTransient != true)
                let disposition = await reject(
                    message, syncID: batch.header.syncID, number: batch.header.number, lane: batch.header.lane,
                    cause: "\(error)", logger: logger)
                // An outage says nothing about this message: the ones behind it would only wait for it in their turn.
                if let error = error as? PostgresError, error.isTransient { return .interrupted }
                return disposition
            }
        }
    }

    /// Gives up on a message whose content cannot be read.
    func refuse(_ message: SQSMessage, cause: String) async -> Disposition {
        // What it was meant to be is told by its names, when a batch of ours was damaged on the way.
        let identity = MessageIdentity(groupID: message.messageGroupID, deduplicationID: message.deduplicationID)
        return await reject(
            message, syncID: identity?.syncID, number: identity?.number, lane: identity?.lane, cause: cause,
            logger: logger.naming(message))
    }

    /// Puts on record why a message cannot be applied.
    private func reject(
        _ message: SQSMessage, syncID: Int64?, number: Int64?, lane: Int?, cause: String, logger: Logger
    ) async -> Disposition {
        let isFinal = maximumReceives.map { message.receiveCount >= $0 } ?? false
        metrics.rejected(isFinal: isFinal)
        logger.error(
            isFinal ? "a message goes to the dead-letter queue" : "a message cannot be applied",
            metadata: ["error": "\(cause)", "receive_count": .stringConvertible(message.receiveCount)])
        if let syncID, let number, let lane {
            do {
                try await failures.record(
                    FailedBatch(
                        syncID: syncID, batchNumber: number, lane: lane, receiveCount: message.receiveCount,
                        isFinal: isFinal, cause: cause))
            } catch {
                logger.warning("why a batch failed is not on record", metadata: ["error": "\(error)"])
            }
        }
        return .rejected(isFinal: isFinal)
    }

    private func report(_ outcome: BatchOutcome, batch: DecodedBatch, took: Duration, logger: Logger) {
        switch outcome {
        case .applied(let counts):
            metrics.applied(users: batch.count, took: took)
            logger.info(
                "batch applied",
                metadata: [
                    "users": .stringConvertible(batch.count), "inserted": .stringConvertible(counts.inserted),
                    "updated": .stringConvertible(counts.updated), "unchanged": .stringConvertible(counts.unchanged),
                    "duplicates": .stringConvertible(counts.duplicates),
                    "took_ms": .stringConvertible(Int(took / .milliseconds(1))),
                ])
        case .alreadyApplied:
            metrics.repeated()
            logger.info("batch was applied before")
        case .overtaken:
            metrics.repeated()
            logger.notice("batch dropped: a newer sync has overtaken its own")
        }
    }
}
