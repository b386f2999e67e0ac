import SyncTestSupport
import TestSupport
import Testing

@Suite("A database that fails for a while", .serialized)
struct DatabaseFaultIntegrationTests {
    @Test("restarted twice under the upserts, fast and immediate: workers and orchestrator connect again")
    func restarts() async throws {
        let postgres = try await PostgresServer.start()
        try await withTrial(6_000, postgres: postgres) { trial in
            let api = try await trial.startAPI("--interval-ms", "100")
            defer { api.stop() }
            let sync = try trial.startSync(api)
            defer { sync.kill() }
            try await trial.withWorkers { _ in
                try await trial.waitForBatches(5)
                try await postgres.restart(.fast)
                let before = try await trial.stack.count("SELECT count(*) FROM sync_batches")
                try await trial.waitForBatches(before + 3)
                try await postgres.restart(.immediate)
                trial.faultIsOver()
                try await trial.complete(sync)
            }
            try await trial.verify(
                "PostgreSQL restarted twice", injected: "pg_ctl modes fast and immediate, in mid-sync")
        }
        try await postgres.stop()
    }

    @Test("a commit whose answer is lost with the connection: the batch counts, and is not applied again")
    func lostCommits() async throws {
        let postgres = try await PostgresServer.start()
        try await withTrial(6_000, postgres: postgres) { trial in
            let api = try await trial.startAPI("--interval-ms", "200")
            defer { api.stop() }
            let sync = try trial.startSync(api)
            defer { sync.kill() }
            try await trial.withWorkers { workers in
                try await trial.waitForBatches(2)
                for _ in 0..<2 { try await loseCommits(of: postgres, in: trial) }
                trial.faultIsOver()
                try await trial.complete(sync)
                #expect(workers.contains { $0.errorOutput.contains("batch was applied before") })
            }
            try await trial.verify(
                "answers of commits lost",
                injected: "sessions ended while their commits wait for a standby, twice")
        }
        try await postgres.stop()
    }

    /// Ends workers' sessions whose commits are done, but wait for a standby that does not exist before they say so.
    private func loseCommits(of postgres: PostgresServer, in trial: FaultTrial) async throws {
        _ = try await postgres.query("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        _ = try await postgres.query("SELECT pg_reload_conf()")
        try await eventually(within: .seconds(60), "a worker's commit waits") {
            try await trial.stack.count(
                """
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE wait_event = 'SyncRep' AND application_name LIKE '%worker'
                """) > 0
        }
        _ = try await postgres.query("ALTER SYSTEM RESET synchronous_standby_names")
        _ = try await postgres.query("SELECT pg_reload_conf()")
    }

    @Test("out of connections: batches wait until one is free")
    func outOfConnections() async throws {
        let postgres = try await PostgresServer.start(settings: [
            "max_connections": "6", "superuser_reserved_connections": "0",
            "client_connection_check_interval": "500ms",
        ])
        try await withTrial(postgres: postgres) { trial in
            // Holds each batch for a moment, so that both workers want all their connections at once.
            let gate = try await Gate.close(.beforeCommit, of: trial.stack)
            let api = try await trial.startAPI()
            defer { api.stop() }
            // Many lanes of small batches: one receive, for one consumer, brings ten messages at most.
            let sync = try trial.startSync(api, ["SYNC_BATCH_SIZE": "10", "SYNC_MESSAGE_GROUPS": "64"])
            defer { sync.kill() }
            try await trial.withWorkers(2, ["WORKER_CONCURRENCY": "8"]) { _ in
                try await eventually(within: .seconds(60), "the server refuses a connection") {
                    postgres.logTail(200).contains("too many clients already")
                }
                trial.faultIsOver()
                // There is no connection left for a session that would open it.
                gate.abandon()
                try await trial.complete(sync)
            }
            try await trial.verify("out of connections", injected: "max_connections = 6, workers want 16")
        }
        try await postgres.stop()
    }

    @Test("a cancelled statement is tried again")
    func cancelled() async throws {
        try await withTrial { trial in
            let gate = try await Gate.close(.beforeCommit, of: trial.stack)
            let api = try await trial.startAPI()
            defer { api.stop() }
            let sync = try trial.startSync(api)
            defer { sync.kill() }
            try await trial.withWorkers { workers in
                for _ in 0..<3 {
                    try await gate.waitForArrivals()
                    try await gate.cancelArrivals()
                }
                try await eventually(within: .seconds(20), "a worker tells of it") {
                    workers.contains { $0.errorOutput.contains("57014") }
                }
                trial.faultIsOver()
                try await gate.open()
                try await trial.complete(sync)
            }
            try await trial.verify(
                "statements cancelled", injected: "pg_cancel_backend, three times, before the commit")
        }
    }

    @Test("a deadlock, of which the worker is the victim, is tried again")
    func deadlock() async throws {
        try await withTrial { trial in
            let deadlock = try await Deadlock.prepare(in: trial.stack)
            let api = try await trial.startAPI()
            defer { api.stop() }
            let sync = try trial.startSync(api)
            defer { sync.kill() }
            try await trial.withWorkers(1, ["WORKER_CONCURRENCY": "1"]) { workers in
                try await eventually(within: .seconds(60), "the worker is the victim") {
                    workers.contains { $0.errorOutput.contains("40P01") }
                }
                trial.faultIsOver()
                try await trial.complete(sync)
            }
            deadlock.stop()
            try await trial.verify("deadlock", injected: "another session takes the same two locks the other way round")
        }
    }

    @Test(
        "an error that passes is waited out, and no batch is given back",
        arguments: [
            ("40001", "serialization failure"), ("53100", "disk full"), ("53200", "out of memory"),
            ("55P03", "lock not available"),
        ])
    func transientErrors(sqlState: String, name: String) async throws {
        try await withTrial(1_500) { trial in
            let trigger = try await FailingTrigger.install(sqlState, times: 6, in: trial.stack)
            let api = try await trial.startAPI()
            defer { api.stop() }
            let sync = try trial.startSync(api)
            defer { sync.kill() }
            trial.faultIsOver()
            try await trial.withWorkers { workers in
                try await trial.complete(sync)
                #expect(workers.contains { $0.errorOutput.contains(sqlState) })
            }
            // Probes meet the trigger too.
            #expect(try await trial.stack.count("SELECT count(*) FROM sync_batches") + 6 <= (try await trigger.calls()))
            try await trial.verify(
                "\(name) (SQLSTATE \(sqlState))", injected: "stand-in: a trigger raises it six times")
        }
    }
}
