import Logging
import SQS
import SyncCore
import SyncStorage

/// Writes the running sync's counters to its SyncLog row and learns what the ledger and the queue hold, for those who watch.
struct ProgressRecorder: Sendable {
    let record: any SyncRecord
    let progress: SyncProgress

    private static let interval = Duration.seconds(1)
    /// The queue's own counts are minutes old at times; asking more often shows nothing new.
    private static let queueInterval = Duration.seconds(5)

    /// Records once a second, until cancelled.
    func run() async throws {
        while true {
            try await Task.sleep(for: Self.interval)
            let counters = progress.counters
            guard counters.streamAttempts > 0 else { continue }
            try await record.record(counters, status: nil)
            let ledger = try await record.ledgerProgress()
            progress.update { $0.batchesApplied = max($0.batchesApplied, ledger.batchesApplied) }
        }
    }

    /// Learns what a person at a terminal wants to see beside the counters, until cancelled: the last completed sync, and every few
    /// seconds the depth of the queue. What cannot be learnt is not shown; the sync goes on without it.
    func watch(_ sqs: SQSClient, queueURL: String, logger: Logger) async throws {
        do {
            progress.note(LastSync(try await record.lastCompleted()))
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            logger.debug("the last completed sync is not known", metadata: ["error": "\(error)"])
        }
        while true {
            do {
                let attributes = try await sqs.getQueueAttributes(queueURL: queueURL, names: QueueDepth.attributeNames)
                progress.note(QueueDepth(attributes: attributes))
            } catch {
                progress.note(nil as QueueDepth?)
                logger.debug("the queue's depth is not known", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: Self.queueInterval)
        }
    }
}
