import CurlHTTP
import Logging
import Postgres
import SQS
import ServiceRuntime
import SyncCore
import SyncPipeline
import SyncStorage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What operators do with dead letters: list them, and send them again.
struct DeadLetterService: Sendable {
    let queue: DeadLetterQueue
    /// The queue that dead letters are sent back to.
    let queueURL: String
    let record: any RedriveRecord
    let patience: Patience
    let logger: Logger

    /// The oldest letters with what is on record about them, and about how many there are in all.
    func list(limit: Int) async throws -> (letters: [DeadLetterReport], total: Int) {
        let letters = try await queue.look(limit: limit)
        var failures: [FailedBatch] = []
        for syncID in Set(letters.compactMap { $0.identity?.syncID }) {
            failures += try await record.outstandingFailures(of: syncID)
        }
        let known = failures
        let now = Date()
        let total = max(try await queue.approximateCount(), letters.count)
        return (letters.map { DeadLetterReport($0, failures: known, now: now) }, total)
    }

    /// Sends letters again and waits for what comes of them.
    /// - Parameters:
    ///   - syncID: only those of one sync; nil for all.
    ///   - isDryRun: looks, and changes nothing.
    ///   - wait: for how long the batches may take to be applied.
    func redrive(syncID: Int64?, isDryRun: Bool, wait: Duration) async throws -> Redrive.Outcome {
        let redrive = Redrive(
            deadLetters: queue, queueURL: queueURL, record: record, patience: patience, clock: .live, logger: logger)
        var outcome = try await redrive.replay(syncID: syncID, isDryRun: isDryRun)
        guard !isDryRun else { return outcome }
        // The newest sync is looked at in any case: its letters may have been replayed by other means.
        let newest = try await record.newestAwaitingBatches()
        let others = [syncID, newest].compactMap(\.self)
        // Where nothing was sent there is nothing to wait for.
        try await redrive.settle(&outcome, also: others, within: outcome.replayed.isEmpty ? .zero : wait)
        return outcome
    }

    /// Opens connections for one piece of work and closes them afterwards.
    /// - Parameters:
    ///   - patience: for how long the database or the queue may be away.
    ///   - isTyped: a person at a terminal has typed the command: a wrong host or password is final at once.
    /// - Throws: ``SyncFailure`` when the queue has no dead-letter queue.
    static func open<Result: Sendable>(
        queue settings: QueueSettings, database: PostgresConfiguration, http: HTTPClientConfiguration,
        patience: Patience, isTyped: Bool, logger: Logger,
        _ work: (DeadLetterService) async throws -> Result
    ) async throws -> Result {
        try await HTTPClient.withClient(http, logger: logger) { http in
            let sqs = try settings.client(
                http: http, limits: SQSLimits(maximumMessageBytes: 1_048_576, maximumCallBytes: 1_048_576),
                logger: logger)
            let locator = DeadLetterQueue.Locator(
                sqs: sqs, queueURL: settings.queueURL, configuredURL: settings.deadLetterQueueURL)
            guard let queue = try await locator.queue() else {
                throw SyncFailure(
                    "the queue has no dead-letter queue: give it a redrive policy, or set SQS_DEAD_LETTER_QUEUE_URL")
            }
            return try await RedriveStore.withStore(database, patience: patience, isTyped: isTyped, logger: logger) {
                try await work(
                    DeadLetterService(
                        queue: queue, queueURL: settings.queueURL, record: $0, patience: patience, logger: logger))
            }
        }
    }
}
