import Glibc
import SyncTestSupport
import TestSupport
import Testing

@Suite("A worker that is told to stop, at any moment", .serialized)
struct ShutdownIntegrationTests {
    /// ECS kills a task so long after SIGTERM.
    private static let grace = Duration.seconds(30)

    @Test("SIGTERM at random moments: each worker ends within the grace period, and what it held is at once another's")
    func randomMoments() async throws {
        // Ten minutes: a message that was not given back would keep the sync from completing in time.
        try await withTrial(6_000, visibilityTimeout: 600) { trial in
            let api = try await trial.startAPI("--interval-ms", "50")
            defer { api.stop() }
            let sync = try trial.startSync(api)
            defer { sync.kill() }
            try await trial.stack.database.query(
                """
                CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$;
                CREATE TRIGGER take_time AFTER INSERT ON sync_batches FOR EACH ROW EXECUTE FUNCTION take_time();
                """)
            let dice = Dice(seed: 23)
            for _ in 0..<(FaultReport.isComplete ? 5 : 2) {
                try await trial.withWorkers(2, ["WORKER_CONCURRENCY": "2"]) { workers in
                    try await trial.waitForBatches(try await trial.stack.count("SELECT count(*) FROM sync_batches") + 1)
                    try await Task.sleep(for: .milliseconds(dice.number(below: 1_500)))
                    for worker in workers { worker.terminate() }
                    for worker in workers {
                        let status = try await worker.wait(deadline: Self.grace)
                        #expect(status == 0, "\(worker.lastLines(5))")
                    }
                }
            }
            trial.faultIsOver()
            try await trial.withWorkers { _ in try await trial.complete(sync) }
            try await trial.verify(
                "SIGTERM at random moments", injected: "all workers, again and again; visibility timeout 600 s")
        }
    }

    @Test("SIGTERM while a batch does not come to its end: it is rolled back and given back within the grace period")
    func stuckBatch() async throws {
        try await whileCommitIsHeld(
            "SIGTERM with a batch that hangs", injected: "a trigger holds commits; visibility timeout 600 s",
            visibilityTimeout: 600
        ) { worker, _, trial in
            worker.terminate()
            let status = try await worker.wait(deadline: Self.grace)
            #expect(status == 0, "\(worker.lastLines(5))")
            #expect(try await trial.stack.count("SELECT count(*) FROM users") == 0)
        }
    }

    @Test("SIGTERM while the database is down: the messages in hand are given back, not waited for")
    func withoutDatabase() async throws {
        let postgres = try await PostgresServer.start()
        try await withTrial(visibilityTimeout: 600, postgres: postgres) { trial in
            let api = try await trial.startAPI("--interval-ms", "100")
            defer { api.stop() }
            let sync = try trial.startSync(api)
            defer { sync.kill() }
            try await trial.withWorkers { workers in
                try await trial.waitForBatches(3)
                try await postgres.stop(.immediate)
                try await eventually(within: .seconds(20), "the workers notice") {
                    workers.allSatisfy { $0.errorOutput.contains("the database is not available") }
                }
                for worker in workers { worker.terminate() }
                for worker in workers { #expect(try await worker.wait(deadline: Self.grace) == 0) }
                try await postgres.start()
            }
            trial.faultIsOver()
            try await trial.withWorkers { _ in try await trial.complete(sync) }
            try await trial.verify(
                "SIGTERM while the database is down",
                injected: "immediate shutdown, SIGTERM, start; visibility timeout 600 s")
        }
        try await postgres.stop()
    }

    @Test("killed while it finishes, as at the end of a grace period: its batches are applied by another")
    func killedWhileStopping() async throws {
        try await whileCommitIsHeld(
            "worker killed while it stops", injected: "SIGTERM, then kill -9 with a commit held"
        ) { worker, gate, _ in
            try await tellToStop(worker)
            worker.kill()
            try await eventually(within: .seconds(10), "the worker is gone") { !worker.isRunning }
            try await gate.endArrivals()
        }
    }

    @Test("SIGTERM twice ends a worker at once, and loses nothing")
    func twice() async throws {
        try await whileCommitIsHeld(
            "SIGTERM twice", injected: "the second while the first waits for a held commit"
        ) { worker, _, _ in
            try await tellToStop(worker)
            worker.terminate()
            // A worker that took the second signal for the first would wait for its poll and its batch.
            let status = try await worker.wait(deadline: .seconds(10))
            #expect(status == 128 + SIGTERM)
        }
    }

    // MARK: Helpers

    /// Runs a sync whose only worker ends, in the given way, while a commit of its is held; others then finish the work.
    private func whileCommitIsHeld(
        _ fault: String, injected: String, visibilityTimeout: Int = 10,
        _ end: (ChildProcess, Gate, FaultTrial) async throws -> Void
    ) async throws {
        try await withTrial(visibilityTimeout: visibilityTimeout) { trial in
            let gate = try await Gate.close(.beforeCommit, of: trial.stack)
            let api = try await trial.startAPI()
            defer { api.stop() }
            let sync = try trial.startSync(api)
            defer { sync.kill() }
            try await trial.withWorkers(1) { workers in
                try await gate.waitForArrivals()
                try await end(workers[0], gate, trial)
            }
            trial.faultIsOver()
            try await gate.open()
            try await trial.withWorkers { _ in try await trial.complete(sync) }
            try await trial.verify(fault, injected: injected)
        }
    }

    private func tellToStop(_ worker: ChildProcess) async throws {
        worker.terminate()
        try await eventually(within: .seconds(10), "the signal is heard") {
            worker.errorOutput.contains("told to stop")
        }
    }
}
