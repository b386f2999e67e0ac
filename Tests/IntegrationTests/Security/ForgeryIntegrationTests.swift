import Foundation
import SQS
import SyncTestSupport
import TestSupport
import Testing

/// What somebody with the workers' login, or with a right to send to the queue, cannot do.
@Suite("Forged ledgers and messages", .serialized)
struct ForgeryIntegrationTests {
    @Test("made-up rows of the ledger, written as the workers' role, never complete a sync")
    func forgedLedger() async throws {
        try await withStack { stack in
            let data = SimulatedUsers(500)
            let api = try await stack.startSimulator(
                data, "--interval-ms", "0", "--error-500-rate", "0", "--error-429-rate", "0")
            defer { api.stop() }
            let sync = try stack.startSync(
                api, settings: ["SYNC_BATCH_SIZE": "20", "SYNC_MESSAGE_GROUPS": "1", "SYNC_STALL_TIMEOUT": "120"])
            defer { sync.kill() }
            try await eventually(within: .seconds(60), "the sync drains") {
                try await stack.count("SELECT count(*) FROM sync_logs WHERE stream_completed_at IS NOT NULL") == 1
            }
            let sent = try await stack.count("SELECT batches_sent FROM sync_logs")
            #expect(sent > 20)
            try await stack.roles.run(
                """
                INSERT INTO sync_batches (sync_id, batch_number, lane, users, duplicates, inserted, updated, unchanged)
                SELECT id, 900000 + n, 0, 20, 0, 0, 0, 20 FROM sync_logs, generate_series(1, \(sent)) AS n
                """, as: .worker, in: stack.database)
            #expect(try await sync.wait(deadline: .seconds(60)) == 1)
            let row = try await stack.status()
            #expect(row.status == "FAILED" && row.batchesApplied == 0)
            #expect(row.errorMessage?.contains("\(sent) batches that this sync never sent") == true)
            // Nor does a redrive, even once every batch is applied.
            try await withWorkers(of: stack) { _ in
                try await eventually(within: .seconds(90), "all batches are applied") {
                    try await stack.count("SELECT count(*) FROM sync_batches WHERE batch_number < 900000") == sent
                }
            }
            _ = try await stack.orchestrator("dead-letters", "redrive")
            #expect(try await stack.status().status == "FAILED")
        }
    }

    @Test("a forged message is refused: for a completed sync, and under a number that was not reserved")
    func forgedMessages() async throws {
        try await withStack(visibilityTimeout: 10, maximumReceives: 2) { stack in
            let data = SimulatedUsers(300)
            let api = try await stack.startSimulator(
                data, "--interval-ms", "0", "--error-500-rate", "0", "--error-429-rate", "0")
            defer { api.stop() }
            try await withWorkers(of: stack) { _ in
                let result = try await stack.orchestrator("sync", api: api, settings: ["SYNC_MESSAGE_GROUPS": "1"])
                #expect(result.status == 0, "\(result.errorOutput)")
                let before = try await stack.count("SELECT count(*) FROM sync_batches")
                try await forge(sync: 1, number: 5000, on: stack)
                // Of a sync that is under way, before it has sent anything.
                _ = try await stack.database.query(
                    "INSERT INTO sync_logs (status, batches_reserved) VALUES ('RUNNING', 64)")
                try await forge(sync: 2, number: 65, on: stack)
                let letters = try await stack.waitForDeadLetters(2)
                #expect(letters.contains { $0.cause?.contains("complete without it") == true })
                #expect(letters.contains { $0.cause?.contains("never reserved") == true })
                #expect(try await stack.count("SELECT count(*) FROM sync_batches") == before)
                #expect(try await stack.count("SELECT count(*) FROM users WHERE user_name LIKE 'forged%'") == 0)
            }
        }
    }

    private func forge(sync: Int, number: Int, on stack: SyncStack) async throws {
        let body = "user-sync/2\t\(sync)\t\(number)\t0\t1\n1\t0\t0\tforged \(number)\tforged@example.com\n"
        let sent = try await stack.sqs.sendMessageBatch(
            queueURL: stack.queueURL,
            entries: [
                SendMessageBatchEntry(
                    id: "m", body: Array(body.utf8), messageGroupID: "u0", deduplicationID: "s\(sync)a1b\(number)")
            ])
        #expect(sent.failed.isEmpty)
    }
}
