import Logging
import Postgres
import SQS
import SyncCore
import SyncStorage

/// Reads messages and tries them at the database, once each time. What a failure means is for ``LaneRunner`` to decide.
struct BatchApplier: Sendable {
    /// What a message holds.
    enum Content: Sendable {
        case batch(DecodedBatch)
        /// A batch that only a newer release can read.
        case newer(reason: String)
        case unreadable(cause: String)
    }

    /// How one try ended.
    enum Attempt: Sendable, Equatable {
        /// The message's work is done, now or before: it can be deleted.
        case done
        /// The database refuses it. Why is to be put on record, with ``refuse(_:_:cause:isRecordNeeded:)``.
        case rejected(cause: String)
        /// It cannot be applied, and why is on record. What becomes of its lane is decided by ``LaneWork``, for the queue and for Lambda.
        case refused(LaneWork<ReceivedMessage>.Refusal)
        /// The failure names the world. Nothing was changed.
        case failed(WorldFault)
        /// The worker stops. Nothing was changed.
        case interrupted
    }

    let database: any WorkerDatabase
    /// How often the queue hands a message out; nil when there is no limit, or none is known.
    let maximumReceives: Int?
    let metrics: WorkerMetrics
    let logger: Logger

    func content(of received: ReceivedMessage) -> Content {
        if let damage = received.damage { return .unreadable(cause: damage) }
        do {
            return .batch(try MessageDecoder.decode(received.message.body))
        } catch {
            // Without our names it is not ours, whatever version it claims: a stranger must not stop the worker.
            if error.newerVersion != nil, identity(of: received) != nil { return .newer(reason: "\(error)") }
            return .unreadable(cause: "\(error)")
        }
    }

    /// Tries a batch once.
    func apply(_ batch: DecodedBatch, of received: ReceivedMessage) async -> Attempt {
        let start = ContinuousClock.now
        do {
            let outcome = try await database.apply(batch)
            report(outcome, batch: batch, took: ContinuousClock.now - start, logger: logger(for: received, batch))
            return .done
        } catch {
            if let fault = WorldFault(error) { return .failed(fault) }
            if Self.isOurOwnDoing(error) { return .interrupted }
            return .rejected(cause: "\(error)")
        }
    }

    /// Puts on record that a message cannot be applied.
    ///
    /// - Parameters:
    ///   - batch: what it holds; nil when it cannot be read.
    ///   - isRecordNeeded: whether a record that cannot be written now has to be waited for.
    func refuse(
        _ received: ReceivedMessage, _ batch: DecodedBatch?, cause: String, isRecordNeeded: Bool = true
    ) async -> Attempt {
        let message = received.message
        // What a damaged batch was meant to be is told by its names.
        let identity = identity(of: received)
        let refusal = LaneWork<ReceivedMessage>.Refusal(
            receiveCount: message.receiveCount, isFinal: maximumReceives.map { message.receiveCount >= $0 } ?? false,
            isBatch: batch != nil || identity != nil)
        let logger = logger(for: received, batch)
        if let syncID = batch?.header.syncID ?? identity?.syncID, let number = batch?.header.number ?? identity?.number,
            let lane = batch?.header.lane ?? identity?.lane
        {
            do {
                try await database.record(
                    FailedBatch(
                        syncID: syncID, batchNumber: number, lane: lane, receiveCount: message.receiveCount,
                        isFinal: refusal.isFinal, cause: cause))
            } catch {
                // Before its lane passes, the reason must be on record: the drain reads there what will not come.
                if isRecordNeeded, let fault = WorldFault(error) { return .failed(fault) }
                if Self.isOurOwnDoing(error) { return .interrupted }
                logger.warning("why a batch failed is not on record", metadata: ["error": "\(error)"])
            }
        }
        metrics.rejected(isFinal: refusal.isFinal)
        logger.error(
            refusal.isFinal ? "a message goes to the dead-letter queue" : "a message cannot be applied",
            metadata: ["error": "\(cause)", "receive_count": .stringConvertible(message.receiveCount)])
        return .refused(refusal)
    }

    /// Whether this process ended the work itself.
    private static func isOurOwnDoing(_ error: any Error) -> Bool {
        error is CancellationError || (error as? PostgresError)?.isOurOwnDoing == true
    }

    private func identity(of received: ReceivedMessage) -> MessageIdentity? {
        MessageIdentity(
            groupID: received.message.messageGroupID, deduplicationID: received.message.deduplicationID)
    }

    /// A logger that names the message, and sync and batch as its body has them when that can be read.
    func logger(for received: ReceivedMessage, _ batch: DecodedBatch?) -> Logger {
        var logger = logger.naming(received.message)
        if let header = batch?.header {
            logger[metadataKey: "sync_id"] = .stringConvertible(header.syncID)
            logger[metadataKey: "batch"] = .stringConvertible(header.number)
        }
        return logger
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
