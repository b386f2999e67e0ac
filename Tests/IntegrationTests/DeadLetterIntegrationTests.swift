import SQS
import SyncTestSupport
import TestSupport
import Testing

@Suite("Dead letters", .serialized)
struct DeadLetterIntegrationTests {
    @Test("batches that cannot be applied end the sync by name and cause, and their replay completes it")
    func refusedBatches() async throws {
        try await withStack(visibilityTimeout: 10, maximumReceives: 2) { stack in
            let data = SimulatedUsers(2_000)
            let api = try await stack.startSimulator(data, "--interval-ms", "0")
            defer { api.stop() }
            try await stack.refuseSomeBatches()
            try await withWorkers(of: stack) { _ in
                let result = try await stack.orchestrator(
                    "sync", api: api, settings: ["SYNC_MESSAGE_GROUPS": "8", "SYNC_STALL_TIMEOUT": "100"])
                #expect(result.status == 1, "\(result.errorOutput)")
                let failed = try await stack.status()
                #expect(failed.status == "FAILED")
                let error = try #require(failed.errorMessage)
                #expect(error.contains("dead letters: batch ") && error.contains("refused"), "\(error)")

                let dead = failed.batchesSent - failed.batchesApplied
                #expect(dead > 0)
                try await eventually(within: .seconds(60), "the queue has moved them away") {
                    try await stack.deadLetters().deadLetters.count == dead
                }
                for letter in try await stack.deadLetters().deadLetters {
                    #expect(letter.content == "batch")
                    #expect(letter.replayable)
                    #expect(letter.syncId == failed.id)
                    #expect(letter.cause?.contains("refused") == true, "\(letter)")
                }
                let dry = try await stack.orchestrator("dead-letters", "redrive", "--dry-run")
                #expect(dry.output.contains("would send \(dead) batches again"), "\(dry)")
                #expect(try await stack.status().status == "FAILED")

                try await stack.acceptAllBatches()
                let redrive = try await stack.orchestrator("dead-letters", "redrive")
                #expect(redrive.status == 0, "\(redrive)")
                #expect(redrive.output.contains("sync \(failed.id) is COMPLETED now"), "\(redrive)")
            }
            #expect(try await data.differences(in: stack.database) == "")
            let row = try await stack.status()
            #expect(row.status == "COMPLETED")
            #expect(row.errorMessage == nil)
            #expect(row.isBalanced)
            #expect(try await stack.deadLetters().total == 0)
        }
    }

    @Test(
        "messages that are none of ours go to the dead-letter queue, their lane goes on, and redrive leaves them there")
    func foreignMessages() async throws {
        try await withStack(visibilityTimeout: 10, maximumReceives: 2) { stack in
            let data = SimulatedUsers(1_000)
            let api = try await stack.startSimulator(data, "--interval-ms", "0")
            defer { api.stop() }
            let bodies = ["hello", "user-sync/999\t1\t1\t0\t1\n", "user-sync/1\t1\t1\t0\t1\n12\t"]
            for (number, body) in bodies.enumerated() {
                let sent = try await stack.sqs.sendMessageBatch(
                    queueURL: stack.queueURL,
                    entries: [
                        SendMessageBatchEntry(
                            id: "m", body: Array(body.utf8), messageGroupID: "u0", deduplicationID: "foreign\(number)")
                    ])
                #expect(sent.failed.isEmpty)
            }
            try await withWorkers(of: stack) { _ in
                let result = try await stack.orchestrator("sync", api: api, settings: ["SYNC_MESSAGE_GROUPS": "1"])
                #expect(result.status == 0, "\(result.errorOutput)")
                try await eventually(within: .seconds(60), "the queue has moved them away") {
                    try await stack.deadLetters().deadLetters.count == bodies.count
                }
                #expect(try await stack.deadLetters().deadLetters.allSatisfy { $0.syncId == nil && !$0.replayable })
                let redrive = try await stack.orchestrator("dead-letters", "redrive")
                #expect(redrive.status == 0, "\(redrive)")
                #expect(redrive.output.contains("\(bodies.count) messages stay"), "\(redrive)")
                #expect(try await stack.deadLetters().total == bodies.count)
            }
            #expect(try await data.differences(in: stack.database) == "")
        }
    }
}
