import Logging
import SQS
import SyncCore
import SyncStorage
import SyncTestSupport
import Synchronization
import Testing

@testable import SyncPipeline

@Suite("The drain", .timeLimit(.minutes(1)))
struct DrainTests {
    private let clock = ManualClock()
    private static let dead = InMemorySQS.deadLetterURL

    @Test("goes on until the ledger holds every batch, and not one batch less")
    func whole() async throws {
        let record = ScriptedRecord(ledger: (0...10).map { ledger($0) })
        try await drain(record, sent: 10)
        // The last look was the one that showed all ten.
        #expect(record.state.withLock { $0.ledger } == [ledger(10)])
    }

    @Test("gives up when nothing is applied for the whole limit, and says what is missing")
    func stalled() async throws {
        let record = ScriptedRecord(ledger: [ledger(9)])
        record.state.withLock { $0.applied = Array(1...9) }
        let failure = await #expect(throws: SyncFailure.self) { try await drain(record, sent: 10, stall: .seconds(60)) }
        #expect(failure?.lacksBatches == true)
        #expect(failure?.description.contains("1 of 10 batches outstanding: 10 (lane 0)") == true)
        #expect((60...75).contains((clock.slept.reduce(.zero, +)).components.seconds))
    }

    @Test("while the database is away, the stall clock stands still")
    func databaseOutage() async throws {
        let looks = Mutex(0)
        let clock = clock
        let record = ScriptedRecord(ledger: Array(repeating: ledger(1), count: 40) + [ledger(2)])
        record.whenLookedAt {
            // Each fifth look is answered after ten minutes of outage.
            let number = looks.withLock { looks in
                looks += 1
                return looks
            }
            if number % 5 == 0 { clock.advance(by: .seconds(600)) }
        }
        try await drain(record, sent: 2, stall: .seconds(60))
    }

    @Test("while the queue is away, the stall clock stands still", arguments: [5, 60, 900])
    func queueOutage(stall: Int) async throws {
        let clock = clock
        let start = clock.now
        let sqs = InMemorySQS { _ in clock.now - start < .seconds(800) ? .unreachable : nil }
        // Nothing can be applied before the queue is back, and then it takes the workers a moment.
        let record = ScriptedRecord(ledger: [ledger(1)])
        record.whenLookedAt { if clock.now - start > .seconds(803) { record.show(ledgerOf(2)) } }
        try await drain(record, sqs: sqs, sent: 2, stall: .seconds(stall))
        #expect(clock.now - start >= .seconds(800))
    }

    @Test("a queue that stays away ends the wait when patience does")
    func queueGone() async throws {
        let start = clock.now
        let record = ScriptedRecord(ledger: [ledger(1)])
        let sqs = InMemorySQS { _ in .unreachable }
        let failure = await #expect(throws: SyncFailure.self) {
            try await drain(record, sqs: sqs, sent: 2, stall: .seconds(60))
        }
        #expect(failure?.lacksBatches == true)
        #expect(failure?.description.contains("SYNC_OUTAGE_TIMEOUT") == true)
        #expect((900...1000).contains((clock.now - start).components.seconds))
    }

    @Test("a dead letter behind hundreds of others is found, and all are given back")
    func manyDeadLetters() async throws {
        let sqs = InMemorySQS()
        for number in 1...320 { put(sync: 3, number: number, lane: number, into: sqs) }
        put(sync: 7, number: 2, lane: 999, into: sqs)
        let record = ScriptedRecord(ledger: [ledger(1)])
        record.state.withLock { $0.applied = [1] }
        let failure = await #expect(throws: SyncFailure.self) { try await drain(record, sqs: sqs, sent: 2) }
        #expect(failure?.description.contains("all of them are dead letters: batch 2") == true)
        #expect(record.state.withLock { $0.dead.map(\.batchNumber) } == [2])
        #expect(sqs.hidden(Self.dead) == 0 && sqs.messages(Self.dead).count == 321)
        // Long before the stall: a crashed worker's letter is found in the first seconds.
        #expect(clock.slept.reduce(.zero, +) < .seconds(30))
    }

    @Test("what else stands in the ledger ends the wait at once, and no redrive completes the sync")
    func forged() async throws {
        let foreign = ScriptedRecord(
            ledger: [LedgerProgress(batchesApplied: 1, usersApplied: 10, foreignBatches: 27)])
        let failure = await #expect(throws: SyncFailure.self) { try await drain(foreign, sent: 2) }
        #expect(failure?.lacksBatches == false && failure?.description.contains("27 batches") == true)
        let users = ScriptedRecord(ledger: [LedgerProgress(batchesApplied: 2, usersApplied: 19)])
        let other = await #expect(throws: SyncFailure.self) { try await drain(users, sent: 2) }
        #expect(other?.lacksBatches == false && other?.description.contains("19 users") == true)
    }

    @Test("what a redrive leads to is said by the verdict")
    func consequence() async throws {
        for (verdict, words) in [
            (SyncVerdict.Outcome.complete, "which completes this sync"),
            (.mark(users: 12), "since 12 missing users were to be marked"), (.refuse(reason: "too many"), "too many"),
        ] {
            let record = ScriptedRecord(ledger: [LedgerProgress(batchesApplied: 1, usersApplied: 10, batchesDead: 1)])
            record.state.withLock { $0.applied = [1] }
            let failure = await #expect(throws: SyncFailure.self) { try await drain(record, sent: 2, verdict: verdict) }
            #expect(failure?.description.contains(words) == true, "\(failure?.description ?? "")")
        }
    }

    @Test("a task that is cancelled stops waiting")
    func cancelled() async throws {
        let record = ScriptedRecord(ledger: [ledger(1)])
        let task = Task { try await drain(record, sent: 2, stall: .seconds(1_000_000)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    // MARK: Helpers

    private func ledger(_ applied: Int) -> LedgerProgress { ledgerOf(applied) }

    private func put(sync: Int64, number: Int, lane: Int, into sqs: InMemorySQS) {
        let identity = MessageIdentity(syncID: sync, attempt: 1, number: Int64(number), lane: lane)
        sqs.put(
            Array("user-sync/2\tbroken".utf8), group: identity.groupID, deduplicationID: identity.deduplicationID,
            into: Self.dead, receives: 5)
    }

    private func drain(
        _ record: any SyncRecord, sqs: InMemorySQS = InMemorySQS(), sent count: Int, stall: Duration = .seconds(900),
        verdict: SyncVerdict.Outcome = .complete
    ) async throws {
        var sent = SentBatches()
        for number in 1...count { sent.insert(number: Int64(number), lane: 0, users: 10) }
        let drain = Drain(
            record: record,
            deadLetters: DeadLetterQueue.Locator(
                sqs: try sqs.client(), queueURL: InMemorySQS.queueURL, configuredURL: nil),
            stallTimeout: stall, patience: Patience(), progress: SyncProgress(syncID: 7), clock: clock.clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await drain.run(sent: sent, verdict: verdict)
    }
}

/// Ten users in each applied batch.
private func ledgerOf(_ applied: Int) -> LedgerProgress {
    LedgerProgress(batchesApplied: applied, usersApplied: applied * 10)
}
