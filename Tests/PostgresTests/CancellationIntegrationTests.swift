import Postgres
import TestSupport
import Testing

@Suite("Cancellation against a real server", .serialized) struct CancellationIntegrationTests {
    private static let activeSleeps: SQL = """
        SELECT count(*) FROM pg_stat_activity WHERE pid = $1::int8 AND state = 'active' AND query LIKE '%pg_sleep%'
        """

    /// Asks the server, on another connection, whether the statement of a connection runs.
    private func isSleeping(_ process: Int32) async throws -> Bool {
        try await TestConnections.with { observer in
            let result = try await observer.query(Self.activeSleeps, [.int8(Int64(process))])
            return try result.int8(row: 0, column: 0) == 1
        }
    }

    private func untilSleeping(_ process: Int32) async throws {
        try await eventually(within: .seconds(60), "the statement runs") { try await isSleeping(process) }
    }

    @Test("cancelling a task stops its statement on the server and leaves the connection usable")
    func cancelsStatement() async throws {
        try await TestConnections.with { connection in
            let process = await connection.serverProcessID
            let sleeping = Task { try await connection.query("SELECT pg_sleep(60)") }
            try await untilSleeping(process)
            let start = ContinuousClock.now
            sleeping.cancel()
            let error = await postgresError { try await sleeping.value }
            #expect(error?.code == .cancelled)
            #expect(error?.isTransient == false)
            #expect(start.duration(to: .now) < .seconds(30))
            #expect(try await !isSleeping(process))
            #expect(connection.isUsable)
            try await TestConnections.expectAnswer(connection)
        }
    }

    @Test("a late cancel never stops the next statement")
    func lateCancel() async throws {
        try await TestConnections.with { connection in
            for round in 0..<100 {
                let short = Task { try await connection.query("SELECT pg_sleep(0.001)") }
                try await Task.sleep(for: .microseconds(round * 40))
                short.cancel()
                _ = await postgresError { try await short.value }
                try await TestConnections.expectAnswer(connection)
            }
        }
    }

    @Test("a task that is cancelled already sends nothing")
    func cancelledBefore() async throws {
        try await TestConnections.with { connection in
            try await connection.executeScript("CREATE TEMP TABLE t (a int8)")
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await connection.query("INSERT INTO t VALUES (1)")
            }
            #expect(await postgresError { try await task.value }?.code == .cancelled)
            #expect(try await connection.query("SELECT count(*) FROM t").int8(row: 0, column: 0) == 0)
        }
    }

    @Test("a task that is cancelled while it waits for the connection leaves the queue")
    func cancelledInQueue() async throws {
        try await TestConnections.with { connection in
            let process = await connection.serverProcessID
            let first = Task { try await connection.query("SELECT pg_sleep(60)") }
            try await untilSleeping(process)
            let second = Task { try await connection.query("SELECT 1") }
            try await Task.sleep(for: .milliseconds(50))
            second.cancel()
            #expect(await postgresError { try await second.value }?.code == .cancelled)
            #expect(try await isSleeping(process))
            first.cancel()
            #expect(await postgresError { try await first.value }?.code == .cancelled)
            try await TestConnections.expectAnswer(connection)
        }
    }

    @Test("a cancelled transaction is rolled back")
    func cancelsTransaction() async throws {
        try await TestConnections.with { connection in
            try await connection.executeScript("CREATE TEMP TABLE t (a int8)")
            let process = await connection.serverProcessID
            let task = Task {
                try await connection.transaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                    _ = try await transaction.query("SELECT pg_sleep(60)")
                }
            }
            try await untilSleeping(process)
            task.cancel()
            #expect(await postgresError { try await task.value }?.code == .cancelled)
            #expect(try await connection.query("SELECT count(*) FROM t").int8(row: 0, column: 0) == 0)
        }
    }

    @Test("a cancelled pipeline has no effect and leaves the connection usable")
    func cancelsPipeline() async throws {
        try await TestConnections.with { connection in
            try await connection.executeScript("CREATE TEMP TABLE t (a int8)")
            let process = await connection.serverProcessID
            let task = Task {
                try await connection.pipeline([
                    (PostgresStatement(name: "i", sql: "INSERT INTO t VALUES (1)"), []),
                    (PostgresStatement(name: "s", sql: "SELECT pg_sleep(60)"), []),
                    (PostgresStatement(name: "i", sql: "INSERT INTO t VALUES (1)"), []),
                ])
            }
            try await untilSleeping(process)
            task.cancel()
            #expect(await postgresError { try await task.value }?.code == .cancelled)
            #expect(try await connection.query("SELECT count(*) FROM t").int8(row: 0, column: 0) == 0)
        }
    }

    @Test("a server that stays silent too long is a transient error, and its statement is stopped")
    func silence() async throws {
        try await TestConnections.with {
            $0.responseTimeout = .milliseconds(300)
        } _: { connection in
            let error = await postgresError { try await connection.query("SELECT pg_sleep(60)") }
            #expect(error?.code == .timedOut)
            #expect(error?.isTransient == true)
            try await TestConnections.expectAnswer(connection)
        }
    }

    @Test("a statement that an administrator cancels is transient and not taken for a cancelled task")
    func cancelledByAdministrator() async throws {
        try await TestConnections.with { connection in
            let process = await connection.serverProcessID
            async let error = postgresError { try await connection.query("SELECT pg_sleep(60)") }
            try await untilSleeping(process)
            _ = try await PostgresServer.shared().query("SELECT pg_cancel_backend(\(process))")
            #expect(await error?.code == .server)
            #expect(await error?.sqlState == "57014")
            #expect(await error?.isTransient == true)
            try await TestConnections.expectAnswer(connection)
        }
    }
}
