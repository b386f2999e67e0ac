import SyncTestSupport
import TestSupport
import Testing

/// No path to COMPLETED goes past a guard.
@Suite("Guards that a redrive meets", .serialized)
struct GuardIntegrationTests {
    @Test("a sync that misses too many users, and stalls, is completed by no redrive")
    func stalledAndRefused() async throws {
        try await withStack { stack in
            let source = try MisbehavingHTTPServer.start { connection, _ in
                try connection.respond("200 OK", ["Content-Type: application/json"], Self.users(0..<11))
            }
            defer { source.stop() }
            _ = try await stack.database.query(
                """
                INSERT INTO users (legacy_id, user_name, email, legacy_created_at)
                SELECT n, 'user' || n, 'old', '2020-01-01' FROM generate_series(0, 100) AS n
                """)
            let settings = [
                "LEGACY_API_URL": source.url, "SYNC_MISSING_USERS": "soft-delete", "SYNC_STALL_TIMEOUT": "5",
            ]
            let stalled = try await stack.orchestrator("sync", settings: settings)
            #expect(stalled.status == 1, "\(stalled.errorOutput)")
            let row = try await stack.status()
            #expect(row.status == "FAILED" && row.errorMessage?.contains("no batch was applied") == true)
            #expect(try await stack.database.query("SELECT verdict FROM sync_logs") == "refuse")
            try await withWorkers(of: stack) { _ in
                try await eventually(within: .seconds(60), "the batches are applied") {
                    try await stack.count("SELECT count(*) FROM sync_batches") == row.batchesSent
                }
                let redrive = try await stack.orchestrator("dead-letters", "redrive")
                #expect(redrive.status == 0, "\(redrive.errorOutput)")
                #expect(try await stack.status().status == "FAILED")
                #expect(try await stack.count("SELECT count(*) FROM users WHERE deleted") == 0)
                // The next sync says so too.
                let next = try await stack.orchestrator("sync", settings: settings)
                #expect(next.status == 1)
                #expect(try await stack.status().errorMessage?.contains("90 of 101 live users are missing") == true)
            }
        }
    }

    @Test("a sync with users to mark that fails for lack of workers is completed by the next one, which marks them")
    func stalledWithUsersToMark() async throws {
        try await withStack { stack in
            let source = try MisbehavingHTTPServer.start { connection, _ in
                try connection.respond("200 OK", ["Content-Type: application/json"], Self.users(0..<100))
            }
            defer { source.stop() }
            let settings = [
                "LEGACY_API_URL": source.url, "SYNC_MISSING_USERS": "soft-delete", "SYNC_STALL_TIMEOUT": "5",
            ]
            func deleted() async throws -> Int { try await stack.count("SELECT count(*) FROM users WHERE deleted") }
            try await withWorkers(of: stack) { _ in
                #expect(try await stack.orchestrator("sync", settings: settings).status == 0)
                _ = try await stack.database.query(
                    """
                    INSERT INTO users (legacy_id, user_name, email, legacy_created_at) VALUES (1, 'gone', 'g', '2020-01-01')
                    """)
                #expect(try await stack.orchestrator("sync", settings: settings).status == 0)
                #expect(try await deleted() == 0)
            }
            // In full mode there is something to send, and nobody to apply it.
            let full = settings.merging(["SYNC_MODE": "full"]) { $1 }
            #expect(try await stack.orchestrator("sync", settings: full).status == 1)
            #expect(try await stack.database.query("SELECT verdict FROM sync_logs ORDER BY id DESC LIMIT 1") == "mark")
            try await withWorkers(of: stack) { _ in
                let redrive = try await stack.orchestrator("dead-letters", "redrive", "--wait", "20")
                #expect(redrive.status == 0, "\(redrive.errorOutput)")
                #expect(try await stack.status().status == "FAILED")
                #expect(try await deleted() == 0)
                #expect(try await stack.orchestrator("sync", settings: settings).status == 0)
                #expect(try await stack.status().status == "COMPLETED")
                #expect(try await deleted() == 1)
            }
        }
    }

    private static func users(_ ids: Range<Int>) -> String {
        let users = ids.map {
            #"{"id":\#($0),"userName":"user\#($0)","email":"u\#($0)@example.com","createdAt":"2024-05-01T10:00:00Z","deleted":false}"#
        }
        return "[" + users.joined(separator: ",") + "]"
    }
}
