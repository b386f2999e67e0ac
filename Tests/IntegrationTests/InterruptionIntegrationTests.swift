import Foundation
import SyncTestSupport
import TestSupport
import Testing

@Suite("Interruptions cost nothing but time", .serialized)
struct InterruptionIntegrationTests {
    @Test("a worker killed in mid-batch costs nothing but time")
    func killedWorker() async throws {
        try await withStack(visibilityTimeout: 10) { stack in
            let data = SimulatedUsers(5_000)
            let api = try await stack.startSimulator(data, "--interval-ms", "0")
            defer { api.stop() }
            // Held here, the first statements of the worker wait for the table, in the middle of their batches.
            let blocker = try ChildProcess.start(
                "psql",
                [
                    "-X", "-d", stack.database.connectionString, "-c",
                    "BEGIN; LOCK TABLE users IN SHARE MODE; SELECT pg_sleep(600)",
                ])
            defer { blocker.kill() }
            try await eventually(within: .seconds(10), "the table is locked") {
                try await stack.count(
                    """
                    SELECT count(*) FROM pg_locks WHERE relation = 'users'::regclass AND mode = 'ShareLock' AND granted
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    """) == 1
            }
            let sync = try stack.startSync(api)
            defer { sync.kill() }
            let victim = try stack.startWorker()
            try await eventually(within: .seconds(30), "the worker is in mid-batch") {
                try await stack.count(
                    """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name LIKE '%worker'
                    """) > 0
            }
            victim.kill()
            blocker.kill()
            _ = try await stack.database.query(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()
                """)
            try await withWorkers(of: stack) { _ in
                let status = try await sync.wait(deadline: .seconds(90))
                #expect(status == 0, "\(sync.errorOutput)")
            }
            #expect(try await data.differences(in: stack.database) == "")
            let row = try await stack.status()
            #expect(row.inserted == (try await data.summary()).distinct)
            #expect(row.isBalanced)
        }
    }

    @Test("an orchestrator told to stop marks its sync FAILED (interrupted), and the next one completes")
    func stoppedOrchestrator() async throws {
        try await withStack { stack in
            let data = SimulatedUsers(3_000)
            let slow = try await stack.startSimulator(
                data, "--interval-ms", "300", "--error-500-rate", "0", "--error-429-rate", "0")
            defer { slow.stop() }
            try await withWorkers(of: stack) { _ in
                let sync = try stack.startSync(slow)
                try await eventually(within: .seconds(20), "the sync receives users") {
                    try await stack.count("SELECT coalesce(max(received), 0) FROM sync_logs") > 0
                }
                sync.terminate()
                #expect(try await sync.wait(deadline: .seconds(20)) == 1)
                let row = try await stack.status()
                #expect(row.status == "FAILED")
                #expect(row.errorMessage?.hasPrefix("interrupted") == true)

                let fast = try await stack.startSimulator(data, "--interval-ms", "0")
                defer { fast.stop() }
                #expect(try await stack.orchestrator("sync", api: fast).status == 0)
            }
            #expect(try await data.differences(in: stack.database) == "")
        }
    }

    @Test("an orchestrator that was killed leaves a row that the next one marks FAILED (interrupted)")
    func killedOrchestrator() async throws {
        try await withStack { stack in
            let data = SimulatedUsers(3_000)
            let slow = try await stack.startSimulator(
                data, "--interval-ms", "300", "--error-500-rate", "0", "--error-429-rate", "0")
            defer { slow.stop() }
            let sync = try stack.startSync(slow)
            try await eventually(within: .seconds(20), "the sync runs") {
                try await stack.count("SELECT count(*) FROM sync_logs WHERE status = 'RUNNING'") == 1
            }
            sync.kill()
            try await withWorkers(of: stack) { _ in
                let fast = try await stack.startSimulator(data, "--interval-ms", "0")
                defer { fast.stop() }
                let result = try await stack.orchestrator("sync", api: fast)
                #expect(result.status == 0, "\(result.errorOutput)")
            }
            #expect(
                try await stack.count(
                    "SELECT count(*) FROM sync_logs WHERE status = 'FAILED' AND error_message LIKE 'interrupted%'") == 1
            )
            #expect(try await data.differences(in: stack.database) == "")
        }
    }

    @Test("a worker told to stop ends cleanly, and what it held is at once another's")
    func stoppedWorker() async throws {
        try await withStack(visibilityTimeout: 600) { stack in
            let data = SimulatedUsers(20_000)
            let api = try await stack.startSimulator(data, "--interval-ms", "0")
            defer { api.stop() }
            let sync = try stack.startSync(api)
            defer { sync.kill() }
            let first = try stack.startWorker(settings: ["WORKER_CONCURRENCY": "2"])
            try await eventually(within: .seconds(30), "the worker has applied something") {
                try await stack.count("SELECT count(*) FROM sync_batches") > 0
            }
            first.terminate()
            let stopped = try await first.wait(deadline: .seconds(25))
            #expect(stopped == 0, "\(first.errorOutput)")
            // With messages left hidden for ten minutes this could not complete in time.
            try await withWorkers(of: stack) { _ in
                let status = try await sync.wait(deadline: .seconds(90))
                #expect(status == 0, "\(sync.errorOutput)")
            }
            #expect(try await data.differences(in: stack.database) == "")
        }
    }

    @Test("draining without workers gives up at its deadline and says which batches are outstanding, and where")
    func stalledDrain() async throws {
        try await withStack { stack in
            let api = try await stack.startSimulator(SimulatedUsers(500), "--interval-ms", "0")
            defer { api.stop() }
            let result = try await stack.orchestrator(
                "sync", api: api, settings: ["SYNC_STALL_TIMEOUT": "2", "SYNC_MESSAGE_GROUPS": "4"])
            #expect(result.status == 1)
            let row = try await stack.status()
            #expect(row.status == "FAILED")
            let error = try #require(row.errorMessage)
            #expect(error.contains("4 of 4 batches outstanding: 1 (lane "), "\(error)")
        }
    }
}
