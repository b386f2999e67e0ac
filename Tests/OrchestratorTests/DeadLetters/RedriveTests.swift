import Logging
import SQS
import SyncCore
import SyncPipeline
import SyncStorage
import SyncTestSupport
import Synchronization
import Testing

@testable import Orchestrator

@Suite("A redrive", .timeLimit(.minutes(1)))
struct RedriveTests {
    private static let dead = InMemorySQS.deadLetterURL

    @Test("each letter goes back to its lane under a new name, and out of the dead-letter queue")
    func replays() async throws {
        let sqs = InMemorySQS()
        for number in 1...25 { put(number, lane: number % 3, into: sqs) }
        let record = RecordInMemory()
        let outcome = try await redrive(sqs, record).replay(syncID: nil, isDryRun: false)
        #expect(Set(outcome.replayed.map(\.number)) == Set(1...25) && outcome.left == 0)
        #expect(sqs.messages(Self.dead).isEmpty)
        let sent = sqs.messages()
        #expect(sent.count == 25 && Set(sent.map(\.deduplicationID)).count == 25)
        #expect(sent.allSatisfy { $0.deduplicationID.contains("r") })
        #expect(record.forgotten == Set(1...25))
        for message in sent {
            let identity = MessageIdentity(
                attributes: message.attributes, groupID: nil, deduplicationID: nil)
            #expect(identity.map(\.deduplicationID) == message.deduplicationID && identity?.groupID == message.group)
            #expect(message.attributes["traceparent"] == "kept")
        }
    }

    @Test("a batch that dies again in the same run stays, also where the queue calls it by another name then")
    func diesAgain() async throws {
        let server = Mutex<InMemorySQS?>(nil)
        let sqs = InMemorySQS { call in
            // A worker refuses what was sent at once, and the server moves it to the dead-letter queue as ElasticMQ does.
            guard call.operation == "ReceiveMessage", let sqs = server.withLock({ $0 }) else { return nil }
            for message in sqs.takeAll(from: InMemorySQS.queueURL) {
                sqs.put(
                    message.body, group: message.group, deduplicationID: message.id, attributes: message.attributes,
                    into: InMemorySQS.deadLetterURL, receives: 5)
            }
            return nil
        }
        server.withLock { $0 = sqs }
        for number in 1...3 { put(number, lane: number, into: sqs) }
        let outcome = try await redrive(sqs).replay(syncID: nil, isDryRun: false)
        server.withLock { $0 = nil }
        #expect(outcome.replayed.count == 3)
        #expect(sqs.calls("SendMessageBatch").count == 3)
        #expect(sqs.messages(Self.dead).count == 3 && sqs.hidden(Self.dead) == 0)
        // The next run sends each again.
        #expect(try await redrive(sqs).replay(syncID: nil, isDryRun: false).replayed.count == 3)
        #expect(sqs.messages().count == 3 && sqs.messages(Self.dead).isEmpty)
    }

    @Test("two letters of one batch are sent once, and the second stays")
    func doubles() async throws {
        let sqs = InMemorySQS()
        put(1, lane: 1, into: sqs)
        put(1, lane: 1, into: sqs, name: "other")
        #expect(try await redrive(sqs).replay(syncID: nil, isDryRun: false).replayed.count == 1)
        #expect(sqs.messages().count == 1 && sqs.messages(Self.dead).count == 1 && sqs.hidden(Self.dead) == 0)
    }

    @Test("a lost answer is no failure: not of the send, and not of a delete that a server refuses to repeat")
    func lostAnswers() async throws {
        let sqs = InMemorySQS(refusesSecondDelete: true) { call in
            ["SendMessageBatch", "DeleteMessageBatch"].contains(call.operation) && call.number % 2 == 0
                ? .answerLost : nil
        }
        for number in 1...4 { put(number, lane: number, into: sqs) }
        let outcome = try await redrive(sqs).replay(syncID: nil, isDryRun: false)
        #expect(outcome.replayed.count == 4)
        #expect(sqs.messages().count == 4 && sqs.messages(Self.dead).isEmpty)
    }

    @Test("a queue that is away is waited for, and letters are given back when it stays away")
    func outage() async throws {
        let returning = InMemorySQS { $0.number < 4 ? .unreachable : nil }
        put(1, lane: 1, into: returning)
        #expect(try await redrive(returning).replay(syncID: nil, isDryRun: false).replayed.count == 1)
        let gone = InMemorySQS { $0.operation == "SendMessageBatch" ? .unreachable : nil }
        put(1, lane: 1, into: gone)
        await #expect(throws: OutageError.self) { try await redrive(gone).replay(syncID: nil, isDryRun: false) }
        #expect(gone.messages(Self.dead).count == 1 && gone.hidden(Self.dead) == 0)
    }

    @Test("what is not ours, damaged, or of another sync stays where it is; a dry run changes nothing")
    func left() async throws {
        let sqs = InMemorySQS()
        put(1, lane: 1, into: sqs)
        put(2, lane: 2, into: sqs, sync: 8)
        sqs.put(Array("hello".utf8), group: "x", deduplicationID: "foreign", into: Self.dead)
        let dry = try await redrive(sqs).replay(syncID: 7, isDryRun: true)
        #expect(dry.replayed.map(\.number) == [1] && dry.left == 2)
        #expect(sqs.messages().isEmpty && sqs.messages(Self.dead).count == 3 && sqs.hidden(Self.dead) == 0)
        let outcome = try await redrive(sqs).replay(syncID: 7, isDryRun: false)
        #expect(outcome.replayed.map(\.syncID) == [7] && outcome.left == 2)
        #expect(sqs.messages(Self.dead).count == 2 && sqs.hidden(Self.dead) == 0)
    }

    @Test("letters that another reader holds are waited for")
    func heldByOthers() async throws {
        let server = Mutex<InMemorySQS?>(nil)
        let sqs = InMemorySQS { call in
            if call.operation == "ReceiveMessage", call.number == 4 { server.withLock { $0 }?.showHidden() }
            return nil
        }
        server.withLock { $0 = sqs }
        put(1, lane: 1, into: sqs)
        let drain = DeadLetterQueue(sqs: try sqs.client(), url: Self.dead)
        #expect(try await drain.receive(atMost: 10).count == 1)
        #expect(try await redrive(sqs).replay(syncID: nil, isDryRun: false).replayed.count == 1)
        server.withLock { $0 = nil }
    }

    @Test("a sync is completed when its batches are applied, and one that had users to mark is left to the next sync")
    func settling() async throws {
        let record = RecordInMemory(awaiting: [7], completes: [7])
        var outcome = Redrive.Outcome()
        outcome.replayed = [
            MessageIdentity(syncID: 7, attempt: 1, number: 1, lane: 1),
            MessageIdentity(syncID: 8, attempt: 1, number: 1, lane: 1),
        ]
        try await redrive(InMemorySQS(), record).settle(&outcome, within: .seconds(5))
        #expect(outcome.completed == [7] && outcome.superseded == [8] && outcome.unfinished.isEmpty)
    }

    @Test("batches that fail again end the wait, and so does the deadline")
    func unfinished() async throws {
        var outcome = Redrive.Outcome()
        outcome.replayed = [MessageIdentity(syncID: 7, attempt: 1, number: 1, lane: 1)]
        let failing = RecordInMemory(awaiting: [7], outstanding: [1])
        try await redrive(InMemorySQS(), failing).settle(&outcome, within: .seconds(1_000_000))
        #expect(outcome.unfinished == [7: 1])
        try await redrive(InMemorySQS(), RecordInMemory(awaiting: [7])).settle(&outcome, within: .seconds(5))
        #expect(outcome.unfinished == [7: 0])
    }

    // MARK: Helpers

    private func put(_ number: Int, lane: Int, into sqs: InMemorySQS, sync: Int64 = 7, name: String? = nil) {
        let identity = MessageIdentity(syncID: sync, attempt: 1, number: Int64(number), lane: lane)
        sqs.put(
            Array("user-sync/2\t\(sync)\t\(number)\t\(lane)\t1\n1\t0\t0\tana\te\n".utf8), group: identity.groupID,
            deduplicationID: name ?? identity.deduplicationID,
            attributes: [MessageAttributes.batchName: identity.attributeValue, "traceparent": "kept"], into: Self.dead,
            receives: 5)
    }

    private func redrive(_ sqs: InMemorySQS, _ record: RecordInMemory = RecordInMemory()) throws -> Redrive {
        Redrive(
            deadLetters: DeadLetterQueue(sqs: try sqs.client(), url: Self.dead), queueURL: InMemorySQS.queueURL,
            record: record, patience: Patience(), clock: SleeplessClock().clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}

/// A clock that moves when someone sleeps, and only then.
private final class SleeplessClock: Sendable {
    private let now = Mutex(ContinuousClock.now)

    var clock: PipelineClock {
        PipelineClock(
            now: { self.now.withLock { $0 } },
            sleep: { duration in
                try Task.checkCancellation()
                self.now.withLock { $0 += duration }
            },
            random: { 0.5 })
    }
}

private final class RecordInMemory: RedriveRecord {
    private let awaiting: Set<Int64>
    private let completes: Set<Int64>
    private let outstanding: [Int64]
    private let state = Mutex<Set<Int64>>([])

    init(awaiting: Set<Int64> = [], completes: Set<Int64> = [], outstanding: [Int64] = []) {
        self.awaiting = awaiting
        self.completes = completes
        self.outstanding = outstanding
    }

    /// The batches whose failures were deleted.
    var forgotten: Set<Int64> { state.withLock { $0 } }

    func outstandingFailures(of syncID: Int64) async throws -> [FailedBatch] {
        outstanding.map {
            FailedBatch(syncID: syncID, batchNumber: $0, lane: 0, receiveCount: 5, isFinal: true, cause: "x")
        }
    }

    func deleteFailure(syncID: Int64, batchNumber: Int64) async throws { state.withLock { _ = $0.insert(batchNumber) } }
    func complete(_ syncID: Int64) async throws -> Bool { completes.contains(syncID) }
    func awaitingBatches(among syncIDs: Set<Int64>) async throws -> Set<Int64> { syncIDs.intersection(awaiting) }
    func completed(among syncIDs: Set<Int64>) async throws -> Set<Int64> { [] }
    func newestAwaitingBatches() async throws -> Int64? { nil }
}
