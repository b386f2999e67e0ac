import Backoff
import CoreMetrics
import Foundation
import LambdaRuntime
import Logging
import Postgres
import SyncCore
import SyncStorage
import Testing

@testable import Worker

@Suite("Working on an invocation")
struct InvocationHandlerTests {
    private let now: Int64 = 1_788_093_360_000

    /// - Parameter timeout: milliseconds until the invocation's deadline.
    private func answer(
        _ database: ScriptedDatabase, _ messages: [TestMessage], timeout: Int64 = 600_000, maximumReceives: Int? = 5,
        concurrency: Int = 4
    ) async throws -> String {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let metrics = WorkerMetrics(factory: NOOPMetricsHandler.instance)
        let gate = WorldGate(
            backoff: Backoff(base: .microseconds(100), cap: .milliseconds(1)), shutdown: ShutdownFlag(),
            metrics: metrics,
            logger: logger, probe: { try await database.probe() })
        let handler = InvocationHandler(
            runner: { stop, logger in
                LaneRunner(
                    applier: BatchApplier(
                        database: database, maximumReceives: maximumReceives, metrics: metrics, logger: logger),
                    gate: gate, stop: stop, pulse: nil, pause: { _ in })
            }, concurrency: concurrency, logger: logger)
        let records = messages.map { message -> [String: Any] in
            [
                "messageId": message.name, "receiptHandle": "r", "body": message.body, "attributes": message.attributes,
                "eventSource": "aws:sqs",
            ]
        }
        let invocation = LambdaInvocation(
            requestID: "request", deadline: now + timeout, traceHeader: nil,
            event: [UInt8](try JSONSerialization.data(withJSONObject: ["Records": records])))
        guard case .response(let body) = await handler.answer(invocation, now: now) else { return "failed" }
        return String(decoding: body, as: UTF8.self)
    }

    @Test("the answer is the one that Lambda reads")
    func response() {
        #expect(String(decoding: InvocationHandler.response([]), as: UTF8.self) == #"{"batchItemFailures":[]}"#)
        #expect(
            String(decoding: InvocationHandler.response(["a", "b\""]), as: UTF8.self)
                == #"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b\""}]}"#)
    }

    @Test("what is done is not reported, whatever the number of lanes", arguments: [1, 3, 8])
    func done(concurrency: Int) async throws {
        let messages = (1...10).map { TestMessage($0, lane: $0 % 5) }
        let database = ScriptedDatabase()
        #expect(try await answer(database, messages, concurrency: concurrency) == #"{"batchItemFailures":[]}"#)
        #expect(database.applied.count == 10)
    }

    @Test("a batch that is refused is reported with what is behind it in its lane")
    func refused() async throws {
        let database = ScriptedDatabase { batch, _ in
            if batch == 3 { throw PostgresError.server("22P03") }
            return ScriptedDatabase.success
        }
        let messages = (1...6).map { TestMessage($0, lane: $0 % 2) }
        #expect(
            try await answer(database, messages)
                == #"{"batchItemFailures":[{"itemIdentifier":"m3"},{"itemIdentifier":"m5"}]}"#)
    }

    @Test("an outage shorter than the invocation is waited out in it")
    func shortOutage() async throws {
        let database = ScriptedDatabase(probe: { before in if before < 5 { throw PostgresError.unreachable } }) {
            _, tries in
            if tries == 0 { throw PostgresError.unreachable }
            return ScriptedDatabase.success
        }
        #expect(try await answer(database, [TestMessage(1), TestMessage(2)]) == #"{"batchItemFailures":[]}"#)
    }

    @Test("in an outage that lasts, all of it is reported when the time is over", .timeLimit(.minutes(2)))
    func longOutage() async throws {
        let database = ScriptedDatabase(probe: { _ in throw PostgresError.unreachable }) { _, _ in
            throw PostgresError.unreachable
        }
        let answer = try await answer(database, [TestMessage(1), TestMessage(2)], timeout: 700)
        #expect(answer == #"{"batchItemFailures":[{"itemIdentifier":"m1"},{"itemIdentifier":"m2"}]}"#)
    }

    @Test("the answer does not wait for work that does not end when it is told to", .timeLimit(.minutes(2)))
    func silentConnection() async throws {
        let never = Signal()
        let database = ScriptedDatabase(applying: { batch in
            // As on a connection that went silent while the function was frozen: nothing comes, cancelled or not.
            if batch == 2 { await never.wait() }
        })
        let answer = try await answer(
            database, [TestMessage(1, lane: 1), TestMessage(2, lane: 2), TestMessage(3, lane: 2)], timeout: 700)
        #expect(answer == #"{"batchItemFailures":[{"itemIdentifier":"m2"},{"itemIdentifier":"m3"}]}"#)
        never.set()
    }

    @Test("with its deadline passed already, an invocation is answered at once")
    func late() async throws {
        let never = Signal()
        let database = ScriptedDatabase(applying: { _ in await never.wait() })
        #expect(
            try await answer(database, [TestMessage(1)], timeout: -1000)
                == #"{"batchItemFailures":[{"itemIdentifier":"m1"}]}"#)
        never.set()
    }
}
