import Logging
import SQS
import SyncCore
import SyncStorage

/// Waits until the ledger holds every batch that was sent, or until waiting cannot help.
struct Drain: Sendable {
    let record: any SyncRecord
    let deadLetters: DeadLetterQueue.Locator
    let stallTimeout: Duration
    let progress: SyncProgress
    let clock: PipelineClock
    let logger: Logger

    /// - Parameter sent: what the queue accepted.
    /// - Throws: ``SyncFailure`` naming the batches that are missing, why, and what to do.
    func run(sent: SentBatches) async throws {
        let start = clock.now()
        var monitor = DrainMonitor(expected: sent.count, stallTimeout: stallTimeout, start: .zero)
        while true {
            let ledger = try await record.ledgerProgress()
            progress.update { $0.batchesApplied = max($0.batchesApplied, ledger.batchesApplied) }
            switch monitor.observe(applied: ledger.batchesApplied, dead: ledger.batchesDead, at: clock.now() - start) {
            case .finished:
                return
            case .lookAgain(let pause, let searchesDeadLetters):
                if searchesDeadLetters { try await searchDeadLetters() }
                try await clock.sleep(pause)
            case .dead:
                let outstanding = sent.describeOutstanding(applied: try await record.appliedBatchNumbers())
                throw SyncFailure(
                    "\(outstanding); all of them are dead letters: \(try await causes()); mend the cause, then replay them with "
                        + "'orchestrator dead-letters redrive', which completes this sync",
                    lacksBatches: true)
            case .stalled:
                let outstanding = sent.describeOutstanding(applied: try await record.appliedBatchNumbers())
                throw SyncFailure(
                    "no batch was applied for \(stallTimeout): \(outstanding); check that workers run and reach the database, and "
                        + "look into the dead-letter queue ('orchestrator dead-letters list')",
                    lacksBatches: true)
            }
        }
    }

    /// "batch 17: message refused: …; batch 21: …", shortened after the first few.
    private func causes(limit: Int = 3) async throws -> String {
        let failures = try await record.outstandingFailures().filter(\.isFinal)
        let named = failures.prefix(limit).map { "batch \($0.batchNumber): \($0.cause)" }.joined(separator: "; ")
        return failures.count > limit ? "\(named); and \(failures.count - limit) more" : named
    }

    /// Puts on record which batches of this sync lie in the dead-letter queue: a worker that died with a message in hand has
    /// not said so. That the queue cannot be read is no failure of the sync.
    private func searchDeadLetters() async throws {
        do {
            guard let queue = try await deadLetters.queue(), try await queue.approximateCount() > 0 else { return }
            let letters = try await queue.look(limit: 100)
            let dead = letters.compactMap { letter -> FailedBatch? in
                guard let identity = letter.identity, identity.syncID == record.syncID else { return nil }
                return FailedBatch(
                    syncID: identity.syncID, batchNumber: identity.number, lane: identity.lane,
                    receiveCount: letter.message.receiveCount, isFinal: true,
                    cause: "it lies in the dead-letter queue and no worker has said why: see the workers' logs")
            }
            try await record.markDead(dead)
        } catch let error as SQSError {
            logger.debug("the dead-letter queue cannot be searched", metadata: ["error": "\(error)"])
        }
    }
}
