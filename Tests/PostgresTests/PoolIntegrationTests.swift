import TestSupport
import Testing

@testable import Postgres

@Suite("The pool against a real server", .serialized) struct PoolIntegrationTests {
    private func pool(
        size: Int, _ change: (inout PostgresConfiguration) -> Void = { _ in }
    ) async throws -> PostgresPool {
        PostgresPool(
            try await TestConnections.configuration(change), maximumConnections: size, logger: TestConnections.quiet)
    }

    @Test("a hundred tasks share three connections, and no more are ever made")
    func bounded() async throws {
        let pool = try await pool(size: 3) { $0.applicationName = "bounded-pool" }
        let processes = try await withThrowingTaskGroup(of: Int32.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    try await pool.withConnection { connection in
                        _ = try await connection.query("SELECT pg_sleep(0.002)")
                        return await connection.serverProcessID
                    }
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(processes.count == 3)
        #expect(pool.statistics == .init(idle: 3, busy: 0, waiting: 0))
        await pool.close()
        try await eventually(within: .seconds(60), "the connections are gone") {
            try await PostgresServer.shared().query(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'bounded-pool'") == "0"
        }
    }

    @Test("a full pool makes the next task wait, then says clearly that none became free")
    func exhausted() async throws {
        let pool = try await pool(size: 1) { $0.poolTimeout = .milliseconds(300) }
        try await pool.withConnection { _ in
            let start = ContinuousClock.now
            let error = await postgresError { try await pool.withConnection { _ in } }
            #expect(error?.code == .poolTimedOut)
            #expect(error?.isTransient == true)
            #expect(error?.message.contains("none of 1 connections") == true)
            #expect(start.duration(to: .now) > .milliseconds(290))
            #expect(start.duration(to: .now) < .seconds(60))
        }
        let answer = try await pool.withConnection { try await $0.query("SELECT 1") }
        #expect(answer.rowCount == 1)
        await pool.close()
    }

    @Test("a task that is cancelled while it waits leaves the queue, and nothing is lost")
    func cancelledWhileWaiting() async throws {
        let pool = try await pool(size: 1)
        try await pool.withConnection { _ in
            let waiting = Task { try await pool.withConnection { _ in } }
            try await eventually(within: .seconds(60), "the task waits") { pool.statistics.waiting == 1 }
            waiting.cancel()
            #expect(await postgresError { try await waiting.value }?.code == .cancelled)
            #expect(pool.statistics.waiting == 0)
        }
        #expect(pool.statistics == .init(idle: 1, busy: 0, waiting: 0))
        await pool.close()
    }

    @Test("a connection that died while idle is replaced before anybody notices")
    func deadWhileIdle() async throws {
        let pool = try await pool(size: 1)
        let first = try await pool.withConnection { await $0.serverProcessID }
        _ = try await PostgresServer.shared().query("SELECT pg_terminate_backend(\(first), 5000)")
        let second = try await pool.withConnection { connection in
            _ = try await connection.query("SELECT 1")
            return await connection.serverProcessID
        }
        #expect(first != second)
        await pool.close()
    }

    @Test("a connection that comes back inside a transaction is closed, and its work rolled back")
    func leftInTransaction() async throws {
        let pool = try await pool(size: 1)
        let first = try await pool.withConnection { connection in
            _ = try await connection.query("BEGIN")
            return await connection.serverProcessID
        }
        let second = try await pool.withConnection { await $0.serverProcessID }
        #expect(first != second)
        await pool.close()
    }

    @Test("an old connection is replaced")
    func aged() async throws {
        let pool = try await pool(size: 1) { $0.maximumConnectionAge = .milliseconds(50) }
        let first = try await pool.withConnection { await $0.serverProcessID }
        try await Task.sleep(for: .milliseconds(60))
        let second = try await pool.withConnection { await $0.serverProcessID }
        #expect(first != second)
        await pool.close()
    }

    @Test("a connection that nobody uses is closed, one that is lent is kept")
    func unused() async throws {
        let pool = try await pool(size: 2) { $0.maximumIdleTime = .milliseconds(100) }
        let first = try await pool.withConnection { first in
            _ = try await pool.withConnection { try await $0.query("SELECT 1") }
            #expect(pool.statistics == .init(idle: 1, busy: 1, waiting: 0))
            try await eventually("the other one is closed") { pool.statistics.idle == 0 }
            _ = try await first.query("SELECT 1")
            return await first.serverProcessID
        }
        try await eventually("the last one is closed as well") { pool.statistics.idle == 0 }
        // And so is one that came back after nothing was idle.
        #expect(try await pool.withConnection { await $0.serverProcessID } != first)
        try await eventually("the next one too") { pool.statistics.idle == 0 }
        await pool.close()
    }

    @Test("what a pool keeps stays open and is used again; a pool that closes closes it")
    func kept() async throws {
        let pool = try await pool(size: 2) {
            $0.maximumIdleTime = .milliseconds(50)
            $0.keptConnections = 1
        }
        let first = try await pool.withConnection { first in
            _ = try await pool.withConnection { try await $0.query("SELECT 1") }
            return await first.serverProcessID
        }
        try await eventually("the one used before is closed") { pool.statistics.idle == 1 }
        try await Task.sleep(for: .milliseconds(200))
        #expect(try await pool.withConnection { await $0.serverProcessID } == first)
        await pool.close()
        #expect(pool.statistics.idle == 0)
    }

    @Test("a lent connection cannot be used after it went back")
    func usedAfterReturn() async throws {
        let pool = try await pool(size: 1)
        let kept = try await pool.withConnection { $0 }
        #expect(await postgresError { try await kept.query("SELECT 1") }?.code == .misuse)
        await pool.close()
    }

    @Test("a closed pool refuses, wakes those who wait, and closes what is lent as it comes back")
    func closed() async throws {
        let pool = try await pool(size: 1)
        var waiting: Task<Void, any Error>?
        try await pool.withConnection { connection in
            waiting = Task { try await pool.withConnection { _ in } }
            try await eventually(within: .seconds(60), "the task waits") { pool.statistics.waiting == 1 }
            await pool.close()
            #expect(await postgresError { try await waiting?.value }?.code == .poolClosed)
            #expect(try await connection.query("SELECT 1").rowCount == 1)
        }
        #expect(await postgresError { try await pool.withConnection { _ in } }?.code == .poolClosed)
        #expect(pool.statistics == .init(idle: 0, busy: 0, waiting: 0))
    }

    @Test("a pool whose server is away fails each caller and keeps no slot")
    func serverAway() async throws {
        let port = try freePort()
        let pool = try await pool(size: 2) { $0.connectionString = "postgresql://u@127.0.0.1:\(port)/db" }
        await withTaskGroup(of: PostgresError?.self) { group in
            for _ in 0..<20 { group.addTask { await postgresError { try await pool.withConnection { _ in } } } }
            for await error in group { #expect(error?.code == .connectFailed) }
        }
        #expect(pool.statistics == .init(idle: 0, busy: 0, waiting: 0))
        await pool.close()
    }
}
