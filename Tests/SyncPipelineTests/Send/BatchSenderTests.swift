import Backoff
import Logging
import SQS
import SyncCore
import SyncTestSupport
import Synchronization
import Testing

@testable import SyncPipeline

@Suite("The sender", .timeLimit(.minutes(1)))
struct BatchSenderTests {
    /// Short waits, so that a test takes no time.
    private static func patience(_ limit: Duration) -> Patience {
        Patience(limit: limit, backoff: Backoff(base: .milliseconds(1), cap: .milliseconds(5), jitter: .half))
    }

    @Test("when one of ten entries is refused for a passing reason, that one is sent again, alone")
    func oneOfTen() async throws {
        let sqs = InMemorySQS { call in
            call.operation == "SendMessageBatch" && call.number == 0
                ? .entries(["b4": (code: "InternalError", senderFault: false)]) : nil
        }
        // All ten wait when the sender begins, so that the first call holds them all.
        let sent = try await send(batches(10), to: sqs, beginning: .withAllBatches)
        #expect(sent.count == 10 && sent.users == 55 && sent.isGapless)
        let calls = sqs.calls("SendMessageBatch")
        #expect(calls.count == 2 && calls[0].entries.count == 10 && calls[1].entries == ["b4"])
        #expect(sqs.messages().count == 10)
    }

    @Test("a throttled call is sent again until the queue takes it", arguments: [1, 3])
    func throttled(times: Int) async throws {
        let sqs = InMemorySQS { call in
            call.operation == "SendMessageBatch" && call.number < times
                ? .refused(status: 400, code: "RequestThrottled") : nil
        }
        #expect(try await send(batches(3), to: sqs).count == 3)
        #expect(sqs.messages().count == 3)
    }

    @Test("a call whose answer was lost is sent again under the same names, and the queue holds each batch once")
    func answerLost() async throws {
        let sqs = InMemorySQS { $0.operation == "SendMessageBatch" && $0.number == 0 ? .answerLost : nil }
        let sent = try await send(batches(5), to: sqs)
        #expect(sent.count == 5 && sent.users == 15)
        #expect(sqs.messages().map(\.deduplicationID).sorted() == (1...5).map { "s7a1b\($0)" })
    }

    @Test("a batch that is refused for good ends the sync, by number and cause")
    func senderFault() async throws {
        let sqs = InMemorySQS { _ in .entries(["b2": (code: "InvalidMessageContents", senderFault: true)]) }
        let failure = await #expect(throws: SyncFailure.self) { try await send(batches(3), to: sqs) }
        #expect(failure?.description.contains("batch 2 after 1 attempts") == true)
        #expect(failure?.description.contains("InvalidMessageContents") == true)
    }

    @Test("a queue that is away is waited for, and no longer than patience allows")
    func outage() async throws {
        let returning = InMemorySQS { $0.number < 5 ? .unreachable : nil }
        #expect(try await send(batches(2), to: returning).count == 2)
        let gone = InMemorySQS { _ in .unreachable }
        let failure = await #expect(throws: SyncFailure.self) {
            try await send(batches(2), to: gone, limit: .milliseconds(300))
        }
        #expect(failure?.description.contains("the queue did not accept batch") == true)
    }

    @Test("an identity that the queue refuses is final at the start, and waited for once it was let in")
    func refusedIdentity() async throws {
        let stranger = InMemorySQS { _ in .refused(status: 403, code: "AccessDenied") }
        await #expect(throws: SyncFailure.self) { try await send(batches(1), to: stranger) }
        #expect(stranger.calls("SendMessageBatch").count == 1)
        let known = InMemorySQS { (1...3).contains($0.number) ? .refused(status: 403, code: "AccessDenied") : nil }
        #expect(try await send(batches(3, lanes: 1), to: known).count == 3)
    }

    @Test("numbers are reserved before they are sent, many with one write", arguments: [1, 64, 65, 200])
    func reserved(count: Int64) async throws {
        let record = ScriptedRecord()
        let tooEarly = Mutex<[String]>([])
        let sqs = InMemorySQS { call in
            let reserved = record.state.withLock { $0.reserved }
            let early = call.entries.filter { (Int64($0.dropFirst()) ?? .max) > reserved }
            tooEarly.withLock { $0 += early }
            return nil
        }
        #expect(try await send(batches(count), to: sqs, record: record).count == Int(count))
        #expect(tooEarly.withLock { $0 } == [])
        #expect(record.events.count { $0 == "reserve" } == (Int(count) + 63) / 64)
        #expect(record.state.withLock { $0.reserved } >= count)
    }

    @Test("a number that cannot be reserved is not sent")
    func notReserved() async throws {
        let record = ScriptedRecord(failures: ["reserve": ScriptedRecord.Broken()])
        let sqs = InMemorySQS()
        await #expect(throws: ScriptedRecord.Broken.self) { try await send(batches(1), to: sqs, record: record) }
        #expect(sqs.messages().isEmpty)
    }

    @Test("a message names its batch in an attribute, and stays within the bytes that are kept free for it")
    func attributes() async throws {
        let sqs = InMemorySQS()
        _ = try await send(batches(1), to: sqs)
        let message = try #require(sqs.messages().first)
        #expect(message.attributes[MessageAttributes.batchName] == "s7a1b1u1")
        let bytes = message.attributes.reduce(0) { $0 + $1.key.utf8.count + "String".utf8.count + $1.value.utf8.count }
        #expect(bytes <= MessageAttributes.maximumBytes)
    }

    // MARK: Helpers

    /// Batches 1, 2, 3, … of 1, 2, 3, … users, each in its turn in one of some lanes.
    private func batches(_ count: Int64, lanes: Int = 40) -> [Batch] {
        (1...count).map { number in
            Batch(
                identity: MessageIdentity(syncID: 7, attempt: 1, number: number, lane: Int(number) % lanes),
                users: Int(number), body: Array("batch \(number)".utf8))
        }
    }

    private func send(
        _ batches: [Batch], to sqs: InMemorySQS, record: ScriptedRecord = ScriptedRecord(),
        limit: Duration = .seconds(60), beginning: Beginning = .withTheFirstBatch
    ) async throws -> SentBatches {
        var generator = SystemRandomNumberGenerator()
        let sender = BatchSender(
            sqs: try sqs.client(), queueURL: InMemorySQS.queueURL, record: record,
            trace: TraceContext(using: &generator), maximumCallBytes: 100_000, patience: Self.patience(limit),
            progress: SyncProgress(syncID: 7), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        if beginning == .withAllBatches { for batch in batches { try await sender.enqueue(batch) } }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sender.run() }
            group.addTask {
                if beginning == .withTheFirstBatch { for batch in batches { try await sender.enqueue(batch) } }
                try await sender.finish()
                throw Finished()
            }
            do {
                // The first to end decides: the sender itself goes on for ever.
                for try await _ in group {}
            } catch is Finished {
                group.cancelAll()
            }
            return await sender.sent
        }
    }

    private enum Beginning { case withTheFirstBatch, withAllBatches }

    private struct Finished: Error {}
}
