import SyncTestSupport
import Synchronization
import TestSupport
import Testing

@Suite("A queue service that does not answer", .serialized)
struct QueueOutageIntegrationTests {
    @Test("stopped for a while: sends, polls and the sync wait for it")
    func stopped() async throws {
        let seconds = FaultReport.isComplete ? 30 : 8
        let server = try await SQSServer.start(.localstack)
        try await withTrial(visibilityTimeout: 10, server: server) { trial in
            let api = try await trial.startAPI("--interval-ms", "50")
            defer { api.stop() }
            let sync = try trial.startSync(api)
            defer { sync.kill() }
            try await trial.withWorkers { _ in
                try await trial.waitForBatches(3)
                server.pause()
                try await Task.sleep(for: .seconds(seconds))
                server.resume()
                trial.faultIsOver()
                try await trial.complete(sync)
            }
            try await trial.verify(
                "SQS stopped for \(seconds) s", injected: "SIGSTOP of the server's processes, then SIGCONT")
        }
        try await server.stop()
    }

    @Test("answers after the client's timeout: the call is made again, and counts once")
    func lateAnswers() async throws {
        try await withTrial(visibilityTimeout: 10) { trial in
            let delayed = Mutex<Set<String>>([])
            trial.queue.inject { request in
                guard let operation = request.operation, operation != "GetQueueAttributes" else { return .forward }
                let isFirst = delayed.withLock { $0.insert(operation).inserted }
                return isFirst ? .delayAnswer(seconds: 45) : .forward
            }
            try await trial.completeSync(faultsAtLeast: 2)
            #expect(delayed.withLock { $0 }.isSuperset(of: ["SendMessageBatch", "ReceiveMessage"]))
            try await trial.verify(
                "SQS answers after the timeout", injected: "proxy: first send, receive and delete 45 s late")
        }
    }
}
