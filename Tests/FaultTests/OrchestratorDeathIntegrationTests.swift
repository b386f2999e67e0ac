import SQS
import SyncTestSupport
import TestSupport
import Testing

@Suite("An orchestrator that dies is followed by one that completes", .serialized)
struct OrchestratorDeathIntegrationTests {
    @Test("killed in mid-stream: the next one marks the row FAILED (interrupted) and reads everything again")
    func midStream() async throws {
        try await withTrial { trial in
            let slow = try await trial.startAPI("--interval-ms", "100")
            defer { slow.stop() }
            let victim = try trial.startSync(slow)
            defer { victim.kill() }
            try await trial.withWorkers { _ in
                try await trial.waitForBatches(2)
                try await killAndCompleteNext(victim, trial)
            }
            try await expectInterrupted(trial)
            try await trial.verify(
                "orchestrator killed in mid-stream", injected: "kill -9 with some batches applied", isFirst: false)
        }
    }

    @Test("killed while draining: what it left in the queue changes nothing behind the next sync")
    func draining() async throws {
        try await withTrial { trial in
            let older = SimulatedUsers(3_000, "--changed-rate", "0.3", "--generation", "0")
            let newer = SimulatedUsers(3_000, "--changed-rate", "0.3", "--generation", "1")
            let api = try await trial.startAPI(data: older)
            defer { api.stop() }
            let victim = try trial.startSync(api)
            defer { victim.kill() }
            try await eventually(within: .seconds(60), "the sync drains") {
                try await trial.stack.count("SELECT count(*) FROM sync_logs WHERE status = 'PROCESSING'") == 1
            }
            victim.kill()
            try await eventually(within: .seconds(10), "the orchestrator is gone") { !victim.isRunning }
            trial.faultIsOver()

            let next = try await trial.startAPI(data: newer)
            defer { next.stop() }
            let sync = try trial.startSync(next)
            defer { sync.kill() }
            // The old messages lie before the new ones in every lane; workers meet them once the new sync has sent.
            try await eventually(within: .seconds(60), "the next sync drains") {
                try await trial.stack.count("SELECT count(*) FROM sync_logs WHERE status = 'PROCESSING' AND id = 2")
                    == 1
            }
            try await trial.withWorkers { _ in
                try await trial.complete(sync)
                try await expectEmptyQueue(trial)
            }
            try await expectInterrupted(trial)
            #expect(try await trial.stack.count("SELECT count(DISTINCT sync_id) FROM sync_batches") == 1)
            try await trial.verify(
                "orchestrator killed while draining", injected: "kill -9 with its whole set left in the queue",
                data: newer)
        }
    }

    private func killAndCompleteNext(_ victim: ChildProcess, _ trial: FaultTrial) async throws {
        victim.kill()
        try await eventually(within: .seconds(10), "the orchestrator is gone") { !victim.isRunning }
        trial.faultIsOver()
        let api = try await trial.startAPI()
        defer { api.stop() }
        let sync = try trial.startSync(api)
        defer { sync.kill() }
        try await trial.complete(sync)
    }

    private func expectInterrupted(_ trial: FaultTrial) async throws {
        #expect(
            try await trial.stack.count(
                "SELECT count(*) FROM sync_logs WHERE status = 'FAILED' AND error_message LIKE 'interrupted%'") == 1)
        #expect(try await trial.stack.count("SELECT count(*) FROM sync_logs") == 2)
    }

    private func expectEmptyQueue(_ trial: FaultTrial) async throws {
        let names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        try await eventually(within: .seconds(60), "nothing is left in the queue") {
            let counts = try await trial.stack.sqs.getQueueAttributes(queueURL: trial.stack.queueURL, names: names)
            return names.allSatisfy { counts[$0] == "0" }
        }
    }
}
