import Foundation
import Glibc
import SyncTestSupport
import TestSupport
import Testing

@testable import SQS

@Suite("The worker as a Lambda function", .serialized)
struct LambdaIntegrationTests {
    private func withFunction(
        _ settings: [String: String?] = [:], _ body: (SyncStack, LambdaFunction) async throws -> Void
    ) async throws {
        try await withStack { stack in
            let function = try LambdaFunction(stack, settings: settings)
            defer { function.stop() }
            try await body(stack, function)
        }
    }

    private func failed(
        _ function: LambdaFunction, _ messages: [SQSMessage], timeout: Duration = .seconds(60)
    ) async throws -> [String] {
        let outcome = try await function.runtime.invoke(QueueEventJSON(messages).bytes, timeout: timeout)
        guard case .response(let body) = outcome else {
            throw TestSupportError("no response: \(outcome)\n\(function.process.lastLines())")
        }
        return try BatchAnswer(body).failed
    }

    @Test("ten batches are applied, none is reported, and the metrics are out before the next invocation")
    func success() async throws {
        try await withFunction { stack, function in
            let sync = try await stack.beginSync()
            let messages = (1...10).map { batchMessage(sync: sync, number: $0, lane: $0 % 3) }
            #expect(try await failed(function, messages) == [])
            #expect(try await stack.count("SELECT count(*) FROM users") == 10)
            #expect(try await stack.count("SELECT count(*) FROM sync_batches WHERE sync_id = \(sync)") == 10)
            let lines = function.process.output.split(separator: "\n").map(String.init)
            #expect(lines.contains { $0.contains(#""BatchesApplied":10"#) }, "\(lines)")
            #expect(try await EMFSchema.problems(in: lines) == [])
            // Handed out again, as after a lost answer: nothing is done twice.
            #expect(try await failed(function, messages) == [])
            #expect(try await stack.count("SELECT count(*) FROM sync_batches WHERE sync_id = \(sync)") == 10)
        }
    }

    @Test("of ten messages a poisoned one and those behind it in its lane are reported, the other lanes are applied")
    func poison() async throws {
        try await withFunction { stack, function in
            let sync = try await stack.beginSync()
            let messages = (1...10).map {
                batchMessage(sync: sync, number: $0, lane: $0 % 2, user: $0 == 5 ? "poison" : nil)
            }
            let failed = try await failed(function, messages)
            #expect(Set(failed) == ["message-5", "message-7", "message-9"])
            let applied = try await stack.database.query(
                "SELECT batch_number FROM sync_batches WHERE sync_id = \(sync) ORDER BY batch_number")
            #expect(applied.split(separator: "\n") == ["1", "2", "3", "4", "6", "8", "10"])
            let cause = try await stack.database.query(
                "SELECT batch_number, is_final FROM sync_batch_failures WHERE sync_id = \(sync)")
            #expect(cause == "5|f")
        }
    }

    @Test("a poisoned message that comes for the last time does not take its lane with it")
    func lastReceive() async throws {
        try await withFunction(["SQS_MAX_RECEIVE_COUNT": "3"]) { stack, function in
            let sync = try await stack.beginSync()
            let messages = (1...4).map {
                batchMessage(sync: sync, number: $0, lane: 0, receiveCount: 3, user: $0 == 2 ? "poison" : nil)
            }
            #expect(try await failed(function, messages) == ["message-2"])
            #expect(try await stack.count("SELECT count(*) FROM sync_batches WHERE sync_id = \(sync)") == 3)
            let cause = try await stack.database.query(
                "SELECT batch_number, is_final FROM sync_batch_failures WHERE sync_id = \(sync)")
            #expect(cause == "2|t")
        }
    }

    @Test("when the deadline comes, what is not applied is reported in time, and applied by a later invocation")
    func deadline() async throws {
        try await withFunction { stack, function in
            let sync = try await stack.beginSync()
            let messages = (1...6).map { batchMessage(sync: sync, number: $0, lane: $0 % 3) }
            // Someone else holds the table for longer than the invocation may take.
            let holder = try ChildProcess.start(
                "psql",
                [
                    "-X", "-d", stack.database.connectionString, "-c",
                    "BEGIN; LOCK TABLE users; SELECT pg_sleep(300)",
                ])
            defer { holder.kill() }
            try await eventually(within: .seconds(30), "the table is locked") {
                try await stack.count(
                    """
                    SELECT count(*) FROM pg_locks
                    WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'users'::regclass
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    """) > 0
            }
            let reported = try await failed(function, messages, timeout: .seconds(15))
            #expect(Set(reported) == Set(messages.map(\.messageID)))
            #expect(try await stack.count("SELECT count(*) FROM sync_batches") == 0)
            _ = try await stack.database.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()"
            )
            #expect(try await failed(function, messages) == [])
            #expect(try await stack.count("SELECT count(*) FROM sync_batches") == 6)
        }
    }

    /// The processes of the server that serve the function's connections.
    private func backends(_ stack: SyncStack) async throws -> [Int32] {
        try await stack.database.query(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '%worker'"
        ).split(separator: "\n").compactMap { Int32($0) }
    }

    @Test("connections that went silent while the function was frozen are replaced, and the work is done in time")
    func silentWhileFrozen() async throws {
        try await withFunction { stack, function in
            let sync = try await stack.beginSync()
            #expect(try await failed(function, (1...8).map { batchMessage(sync: sync, number: $0, lane: $0) }) == [])
            let stopped = try await backends(stack)
            #expect(!stopped.isEmpty)
            for pid in stopped { Glibc.kill(pid, SIGSTOP) }
            defer { for pid in stopped { Glibc.kill(pid, SIGCONT) } }
            let start = ContinuousClock.now
            let messages = (9...16).map { batchMessage(sync: sync, number: $0, lane: $0) }
            #expect(try await failed(function, messages, timeout: .seconds(15)) == [])
            #expect(ContinuousClock.now - start < .seconds(8))
            #expect(try await stack.count("SELECT count(*) FROM sync_batches") == 16)
        }
    }

    @Test("a connection that goes silent under the work does not keep the answer past the deadline")
    func silentUnderWork() async throws {
        try await withFunction { stack, function in
            let sync = try await stack.beginSync()
            try await stack.database.query(
                """
                CREATE FUNCTION take_long() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_sleep(600); RETURN NULL; END $$;
                CREATE TRIGGER take_long AFTER INSERT ON sync_batches FOR EACH ROW EXECUTE FUNCTION take_long();
                """)
            let start = ContinuousClock.now
            async let reported = failed(function, [batchMessage(sync: sync, number: 1, lane: 1)], timeout: .seconds(15))
            try await eventually(within: .seconds(10), "the batch is at work") {
                try await stack.count("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") > 0
            }
            let stopped = try await backends(stack)
            for pid in stopped { Glibc.kill(pid, SIGSTOP) }
            defer { for pid in stopped { Glibc.kill(pid, SIGCONT) } }
            #expect(try await reported == ["message-1"])
            #expect(ContinuousClock.now - start < .seconds(15))
        }
    }

    @Test("an event that no queue sent is refused as a whole, and the function goes on")
    func foreignEvent() async throws {
        try await withFunction { stack, function in
            let outcome = try await function.runtime.invoke(Array(#"{"detail":{"a":1}}"#.utf8))
            guard case .error(let type, let body) = outcome else {
                Issue.record("not refused: \(outcome)")
                return
            }
            #expect(type == "Worker.InvalidEvent")
            #expect(body.contains("no Records"), "\(body)")
            let sync = try await stack.beginSync()
            #expect(try await failed(function, [batchMessage(sync: sync, number: 1, lane: 0)]) == [])
        }
    }

    @Test("when Lambda's interface is gone the program ends with an error")
    func interfaceGone() async throws {
        try await withFunction { stack, function in
            let sync = try await stack.beginSync()
            #expect(try await failed(function, [batchMessage(sync: sync, number: 1, lane: 0)]) == [])
            function.runtime.stop()
            #expect(try await function.process.wait(deadline: .seconds(60)) == 1)
            #expect(function.process.errorOutput.contains("Lambda Runtime API"), "\(function.process.lastLines())")
        }
    }

    @Test("told to stop while it waits for work, the function ends cleanly")
    func stopped() async throws {
        try await withFunction { stack, function in
            let sync = try await stack.beginSync()
            #expect(try await failed(function, [batchMessage(sync: sync, number: 1, lane: 0)]) == [])
            function.process.terminate()
            #expect(try await function.process.wait(deadline: .seconds(60)) == 0)
        }
    }

    @Test("a start that cannot succeed is told to Lambda with its reason")
    func startFails() async throws {
        try await withStack { stack in
            let unconfigured = try LambdaFunction(stack, settings: ["DATABASE_URL": nil])
            defer { unconfigured.stop() }
            #expect(try await unconfigured.process.wait(deadline: .seconds(60)) == 78)
            expect(unconfigured, saidAtStart: "Worker.Configuration", "DATABASE_URL")

            _ = try await stack.database.query("DELETE FROM sync_migrations")
            let unmigrated = try LambdaFunction(stack)
            defer { unmigrated.stop() }
            #expect(try await unmigrated.process.wait(deadline: .seconds(60)) == 1)
            expect(unmigrated, saidAtStart: "Worker.Start", "migrate")
        }
    }

    private func expect(_ function: LambdaFunction, saidAtStart type: String, _ part: String) {
        guard function.runtime.startFailures.count == 1,
            case .error(let said, let body)? = function.runtime.startFailures.first
        else {
            Issue.record("said at start: \(function.runtime.startFailures)")
            return
        }
        #expect(said == type)
        #expect(body.contains(part), "\(body)")
    }
}
