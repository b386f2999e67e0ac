import Logging
import Postgres
import SQS
import SyncCore
import SyncPipeline
import SyncStorage

/// Sends dead letters again, and completes the syncs that only lacked them.
///
/// Each is received, sent to the queue under a new deduplication id, and deleted only then: one that is lost between the last two is
/// sent twice, which the ledger makes harmless. `StartMessageMoveTask` would be one call, but it also moves what is not ours, keeps the
/// deduplication id, by which a queue drops without a word what it has seen in the last five minutes, and does nothing on some servers
/// that accept it.
struct Redrive: Sendable {
    let deadLetters: DeadLetterQueue
    let queueURL: String
    let record: any RedriveRecord
    /// How long the queue may be away; the record has patience of its own for the database.
    let patience: Patience
    let clock: PipelineClock
    let logger: Logger

    /// Letters taken in one run at most; run again for more.
    private static let limit = 100_000
    /// Between two looks at the ledger.
    private static let pollInterval = Duration.milliseconds(250)
    /// Between two looks at a queue whose letters another reader holds.
    private static let heldInterval = Duration.seconds(1)

    /// What became of it.
    struct Outcome: Sendable, Equatable {
        /// Batches sent again; with `isDryRun`, those that would be.
        var replayed: [MessageIdentity] = []
        /// Letters that stay: not ours, damaged, or of another sync than the one asked for.
        var left = 0
        /// Syncs that are COMPLETED now, by this run or by another.
        var completed: [Int64] = []
        /// Syncs whose batches are not all applied, with the number of failures on record again.
        var unfinished: [Int64: Int] = [:]
        /// Syncs that no replay completes: they were interrupted or reset, they had users to mark as deleted, or a newer one has overtaken
        /// them.
        var superseded: [Int64] = []
    }

    /// Sends letters again, each batch once.
    /// - Parameters:
    ///   - syncID: only those of one sync; nil for all.
    ///   - isDryRun: looks and gives back, sends nothing.
    func replay(syncID: Int64?, isDryRun: Bool) async throws -> Outcome {
        var outcome = Outcome()
        var held: [DeadLetter] = []
        do {
            try await replay(syncID, isDryRun, into: &outcome, holding: &held)
        } catch {
            await deadLetters.giveBack(held)
            throw error
        }
        // Held until now, so that no receive brought the same ones again.
        await deadLetters.giveBack(held)
        return outcome
    }

    private func replay(
        _ syncID: Int64?, _ isDryRun: Bool, into outcome: inout Outcome, holding held: inout [DeadLetter]
    ) async throws {
        let tag = String(UInt32.random(in: 0 ... .max), radix: 36)
        var seen: Set<BatchName> = []
        while outcome.replayed.count + outcome.left < Self.limit {
            let letters = try await nextLetters(isFirst: seen.isEmpty && held.isEmpty)
            if letters.isEmpty { return }
            held += letters
            for letter in letters {
                guard letter.isReplayable, let identity = letter.identity, syncID == nil || identity.syncID == syncID
                else {
                    outcome.left += 1
                    continue
                }
                // A batch that this run has sent, and that is dead again already, stays: once is enough. So does a second letter of one
                // batch. Held, neither comes again.
                guard seen.insert(BatchName(identity)).inserted else { continue }
                if !isDryRun {
                    try await record.deleteFailure(syncID: identity.syncID, batchNumber: identity.number)
                    try await send(letter, as: identity, tag: tag)
                    held.removeAll { $0.message.receiptHandle == letter.message.receiptHandle }
                }
                outcome.replayed.append(identity)
            }
        }
    }

    /// A batch by its name in the ledger. What the queue calls it changes: with each redrive, and on some servers in the dead-letter queue.
    private struct BatchName: Hashable {
        let syncID: Int64
        let number: Int64

        init(_ identity: MessageIdentity) {
            syncID = identity.syncID
            number = identity.number
        }
    }

    /// - Parameter isFirst: nothing was seen yet. Then letters that another reader holds are waited for: the drain of a sync, or a
    ///   list, gives them back within moments.
    private func nextLetters(isFirst: Bool) async throws -> [DeadLetter] {
        let start = clock.now()
        while true {
            let letters = try await patiently { [deadLetters] in
                try await deadLetters.receive(atMost: SQSLimits.maximumReceivedMessages)
            }
            guard letters.isEmpty, isFirst, clock.now() - start < DeadLetterQueue.lookVisibilityTimeout,
                try await patiently({ [deadLetters] in try await deadLetters.approximatelyHeldByOthers(holding: 0) })
                    > 0
            else { return letters }
            try await clock.sleep(Self.heldInterval)
        }
    }

    private func send(_ letter: DeadLetter, as identity: MessageIdentity, tag: String) async throws {
        var renamed = identity
        renamed.redrive = tag
        let entry = SendMessageBatchEntry(
            id: "m0", body: letter.message.body, messageGroupID: renamed.groupID,
            deduplicationID: renamed.deduplicationID,
            attributes: MessageAttributes.again(letter.message.attributes, as: renamed))
        try await patiently { [deadLetters, queueURL] in
            let result = try await deadLetters.sqs.sendMessageBatch(queueURL: queueURL, entries: [entry])
            if let failure = result.failed.first { throw failure }
        }
        try await patiently { [deadLetters] in try await deadLetters.delete(letter) }
        logger.info(
            "a dead letter was sent again",
            metadata: ["sync_id": .stringConvertible(identity.syncID), "batch": .stringConvertible(identity.number)])
    }

    /// Does a call to the queue, and again while it is away.
    private func patiently<Result: Sendable>(_ call: @Sendable () async throws -> Result) async throws -> Result {
        try await patience.keepTrying(
            clock: clock,
            isOutage: {
                ($0 as? SQSError)?.isRetryable ?? ($0 as? BatchFailure)?.isRetryable ?? false
            },
            willRetry: { [logger] error, pause in
                logger.warning("the queue is away, trying again", metadata: ["error": "\(error)", "pause": "\(pause)"])
            }, call)
    }

    /// Waits until the syncs of the replayed batches are complete, until their batches have failed again, or until the deadline.
    /// - Parameter syncIDs: those to look at besides; a sync whose letters were replayed by other means is completed too.
    func settle(_ outcome: inout Outcome, also syncIDs: [Int64] = [], within limit: Duration) async throws {
        let deadline = clock.now() + limit
        let replayed = Dictionary(grouping: outcome.replayed, by: \.syncID).mapValues { Set($0.map(\.number)) }
        var open = Set(replayed.keys).union(syncIDs)
        repeat {
            for syncID in open.sorted() where try await record.complete(syncID) {
                outcome.completed.append(syncID)
                open.remove(syncID)
            }
            // Another run may have completed one, and a newer sync have overtaken one, at any moment.
            let waiting = try await record.awaitingBatches(among: open)
            let completed = try await record.completed(among: open.subtracting(waiting))
            outcome.completed += completed.sorted()
            outcome.superseded += open.subtracting(waiting).subtracting(completed).sorted()
            open = waiting
            outcome.unfinished = [:]
            for syncID in open {
                // Another run may have received its messages and not yet forgotten their failures: those say nothing of this run.
                let own = replayed[syncID]
                outcome.unfinished[syncID] = try await record.outstandingFailures(of: syncID).count {
                    $0.isFinal && own?.contains($0.batchNumber) ?? true
                }
            }
            // Dead again: waiting longer cannot help.
            if outcome.unfinished.allSatisfy({ $0.value >= max(1, replayed[$0.key]?.count ?? 0) }) { return }
            try await clock.sleep(Self.pollInterval)
        } while clock.now() < deadline
    }
}
