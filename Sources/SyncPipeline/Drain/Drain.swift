import Logging
import SQS
import SyncCore
import SyncStorage

/// Waits until the ledger holds every batch that was sent, or until waiting cannot help.
struct Drain: Sendable {
    let record: any SyncRecord
    let deadLetters: DeadLetterQueue.Locator
    let stallTimeout: Duration
    /// How long the queue may be away; the record has patience of its own for the database.
    let patience: Patience
    let progress: SyncProgress
    let clock: PipelineClock
    let logger: Logger

    /// - Parameters:
    ///   - sent: what the queue accepted.
    ///   - verdict: what the stream said; it decides whether a redrive can complete this sync.
    /// - Throws: ``SyncFailure`` naming the batches that are missing, why, and what to do.
    func run(sent: SentBatches, verdict: SyncVerdict.Outcome) async throws {
        let start = clock.now()
        func now() -> Duration { clock.now() - start }
        var monitor = DrainMonitor(expected: sent.count, users: sent.users, stallTimeout: stallTimeout, start: .zero)
        var queue = patience
        // The queue was there at this moment: it answered, or a worker applied what came from it.
        var contact = Duration.zero
        var applied = 0
        var isStallConfirmed = false
        while true {
            let asked = now()
            let ledger = try await record.ledgerProgress()
            // The database was away for all but a moment of this time.
            monitor.excuse(now() - asked)
            contact += now() - asked
            progress.update { $0.batchesApplied = max($0.batchesApplied, ledger.batchesApplied) }
            progress.note(batchesDead: ledger.batchesDead)
            if ledger.batchesApplied > applied {
                (applied, contact, isStallConfirmed) = (ledger.batchesApplied, now(), false)
            }
            let look = DrainMonitor.Look(
                applied: ledger.batchesApplied, users: ledger.usersApplied, dead: ledger.batchesDead,
                foreign: ledger.foreignBatches)
            var pause = Duration.zero
            switch monitor.observe(look, at: now()) {
            case .finished:
                let received = progress.counters.received
                guard !TooManyRefusals.isReached(ledger.usersRefused, of: received) else {
                    throw SyncFailure(
                        "the database refused \(ledger.usersRefused) of \(received) users, so the cause is not the users: see "
                            + "'orchestrator rejects --summary', change the table or the source, then run 'orchestrator sync'; "
                            + "all other users are applied")
                }
                return
            case .lookAgain(let after, false) where !queue.isBeingTried:
                try await clock.sleep(after)
                continue
            case .lookAgain(let after, _):
                pause = after
            case .stalled where !isStallConfirmed:
                // Asked once more, so that neither an outage of the queue nor a dead letter is taken for a stall.
                isStallConfirmed = true
            case .dead:
                let outstanding = sent.describeOutstanding(applied: try await record.appliedBatchNumbers())
                throw SyncFailure(
                    "\(outstanding); all of them are dead letters: \(try await causes()); mend the cause, then replay them with "
                        + "'orchestrator dead-letters redrive'\(Self.consequence(verdict))",
                    lacksBatches: true)
            case .stalled:
                let outstanding = sent.describeOutstanding(applied: try await record.appliedBatchNumbers())
                throw SyncFailure(
                    "no batch was applied for \(stallTimeout): \(outstanding); check that workers run and reach the database, and "
                        + "look into the dead-letter queue ('orchestrator dead-letters list')",
                    lacksBatches: true)
            case .forged(.numbers(let rows)):
                throw SyncFailure(
                    "the ledger holds \(rows) batches that this sync never sent: find out who else writes to sync_batches, change the "
                        + "workers' password, then run a new sync")
            case .forged(.users(let sent, let found)):
                throw SyncFailure(
                    "the ledger holds all \(look.applied) batches with \(found) users, but \(sent) users were sent: find out who else "
                        + "writes to sync_batches, change the workers' password, then run a new sync")
            }
            if let outage = try await searchDeadLetters() {
                monitor.excuse(now() - contact)
                (contact, isStallConfirmed) = (now(), false)
                switch queue.failed(at: now(), random: clock.random()) {
                case .tryAgain(let after): pause = after
                case .giveUp(let after):
                    let outstanding = sent.describeOutstanding(applied: try await record.appliedBatchNumbers())
                    throw SyncFailure(
                        "\(OutageError(cause: outage, after: after)); \(outstanding)", lacksBatches: true)
                }
            } else {
                if queue.isBeingTried {
                    monitor.excuse(now() - contact)
                    isStallConfirmed = false
                }
                contact = now()
                queue.succeeded()
            }
            try await clock.sleep(pause)
        }
    }

    /// What a redrive leads to, as the end of a sentence.
    private static func consequence(_ verdict: SyncVerdict.Outcome) -> String {
        switch verdict {
        case .complete: ", which completes this sync"
        case .mark(let users):
            "; this sync stays FAILED, since \(users) missing users were to be marked as deleted: the next sync does that"
        case .refuse(let reason): "; this sync stays FAILED all the same: \(reason)"
        }
    }

    /// "batch 17: message refused: …; batch 21: …", shortened after the first few.
    private func causes(limit: Int = 3) async throws -> String {
        let failures = try await record.outstandingFailures().filter(\.isFinal)
        let named = failures.prefix(limit).map { "batch \($0.batchNumber): \($0.cause)" }.joined(separator: "; ")
        return failures.count > limit ? "\(named); and \(failures.count - limit) more" : named
    }

    /// Puts on record which batches of this sync lie in the dead-letter queue: a worker that died while it held a message has
    /// not said so. That the queue cannot be read is no failure of the sync.
    /// - Returns: why the queue is away; nil when it answered.
    private func searchDeadLetters() async throws -> SQSError? {
        do {
            guard let queue = try await deadLetters.queue(), try await queue.approximateCount() > 0 else { return nil }
            let dead = try await queue.lookAtAll(clock: clock).compactMap { letter -> FailedBatch? in
                guard let identity = letter.identity, identity.syncID == record.syncID else { return nil }
                return FailedBatch(
                    syncID: identity.syncID, batchNumber: identity.number, lane: identity.lane,
                    receiveCount: letter.message.receiveCount, isFinal: true,
                    cause: "it lies in the dead-letter queue and no worker has said why: see the workers' logs")
            }
            try await record.markDead(dead)
        } catch let error as SQSError {
            if case .cancelled = error.code { throw CancellationError() }
            logger.debug("the dead-letter queue cannot be searched", metadata: ["error": "\(error)"])
            if error.isRetryable { return error }
        }
        return nil
    }
}
