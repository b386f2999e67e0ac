import SyncTestSupport
import TestSupport
import Testing

@Suite("A worker that dies loses nothing and does nothing twice", .serialized)
struct WorkerDeathIntegrationTests {
    @Test("a worker killed before its upsert: its batches are applied by another")
    func beforeUpsert() async throws {
        try await withTrial(visibilityTimeout: 10) { trial in
            let sync = try await killOneWorker(at: .beforeUpsert, of: trial) { try await $0.endArrivals() }
            try await trial.withWorkers { _ in try await trial.complete(sync) }
            try await trial.verify(
                "worker killed before the upsert", injected: "kill -9 while its statement waits at a trigger")
        }
    }

    @Test("a worker killed between upsert and commit: the server rolls back, another applies the batch")
    func beforeCommit() async throws {
        try await withTrial(visibilityTimeout: 10) { trial in
            let sync = try await killOneWorker(at: .beforeCommit, of: trial) { try await $0.endArrivals() }
            #expect(try await trial.stack.count("SELECT count(*) FROM users") == 0)
            try await trial.withWorkers { _ in try await trial.complete(sync) }
            try await trial.verify(
                "worker killed between upsert and commit",
                injected: "kill -9 while a trigger holds its commit; rolled back")
        }
    }

    @Test("a worker killed while its commit is under way: the batch counts, and is not applied again")
    func commitWithoutClient() async throws {
        try await withTrial(visibilityTimeout: 10) { trial in
            // Nobody ends the session: once the gate is open it commits, with no worker left to hear of it.
            let sync = try await killOneWorker(at: .beforeCommit, of: trial) { _ in }
            try await trial.waitForBatches(1)
            try await trial.withWorkers { _ in try await trial.complete(sync) }
            try await trial.verify(
                "worker killed while its commit is under way",
                injected: "kill -9 while a trigger holds its commit; committed")
        }
    }

    @Test("a worker killed between commit and delete: the message comes again and changes nothing")
    func beforeDelete() async throws {
        try await withTrial(visibilityTimeout: 10) { trial in
            let api = try await trial.startAPI()
            defer { api.stop() }
            trial.queue.inject { $0.operation == "DeleteMessageBatch" ? .hold : .forward }
            let sync = try trial.startSync(api)
            defer { sync.kill() }
            let victim = try trial.startWorker()
            defer { victim.kill() }
            try await eventually(within: .seconds(60), "a delete is under way") { trial.queue.held > 0 }
            let applied = try await trial.stack.count("SELECT count(*) FROM sync_batches")
            #expect(applied > 0)
            victim.kill()
            trial.queue.heal()
            trial.faultIsOver()
            try await trial.withWorkers { workers in
                try await trial.complete(sync)
                try await eventually(within: .seconds(30), "the messages come again") {
                    workers.contains { $0.errorOutput.contains("batch was applied before") }
                }
            }
            try await trial.verify(
                "worker killed between commit and delete", injected: "kill -9 while the proxy holds its delete")
        }
    }

    @Test("all workers dead for longer than the visibility timeout: the next ones finish the sync")
    func allDead() async throws {
        try await withTrial(6_000, visibilityTimeout: 10) { trial in
            let api = try await trial.startAPI("--interval-ms", "100")
            defer { api.stop() }
            let sync = try trial.startSync(api)
            defer { sync.kill() }
            try await trial.withWorkers(2) { workers in
                try await trial.waitForBatches(3)
                let gate = try await Gate.close(.beforeCommit, of: trial.stack)
                try await gate.waitForArrivals()
                for worker in workers { worker.kill() }
                try await gate.endArrivals()
                try await gate.open()
            }
            try await Task.sleep(for: .seconds(12))
            trial.faultIsOver()
            try await trial.withWorkers { _ in try await trial.complete(sync) }
            try await trial.verify("all workers dead for 12 s", injected: "kill -9 of all; visibility timeout 10 s")
        }
    }

    /// Starts a sync and one worker, and kills the worker when it stands at the gate.
    private func killOneWorker(at place: Gate.Place, of trial: FaultTrial, _ afterwards: (Gate) async throws -> Void)
        async throws -> ChildProcess
    {
        let gate = try await Gate.close(place, of: trial.stack)
        let api = try await trial.startAPI()
        let sync = try trial.startSync(api)
        let victim = try trial.startWorker()
        defer { victim.kill() }
        try await gate.waitForArrivals()
        victim.kill()
        try await eventually(within: .seconds(10), "the worker is gone") { !victim.isRunning }
        try await afterwards(gate)
        try await eventually(within: .seconds(60), "the stream was read") {
            try await trial.stack.count("SELECT count(*) FROM sync_logs WHERE status = 'PROCESSING'") == 1
        }
        api.stop()
        trial.faultIsOver()
        try await gate.open()
        return sync
    }
}
