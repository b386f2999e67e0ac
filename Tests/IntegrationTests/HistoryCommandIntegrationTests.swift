import Foundation
import SyncTestSupport
import TestSupport
import Testing

@Suite("History that ends, as it is typed and after a sync", .serialized)
struct HistoryCommandIntegrationTests {
    private struct Pruned: Decodable, Equatable {
        let dryRun: Bool
        let syncs: Int
        let ledger: Int
        let lastSync: Int?

        private enum CodingKeys: String, CodingKey {
            case syncs
            case dryRun = "dry_run"
            case ledger = "sync_batches"
            case lastSync = "last_sync"
        }
    }

    /// Three syncs of long ago, each with one row in the ledger; the third is not overtaken.
    private func insertHistory(into stack: SyncStack) async throws {
        _ = try await stack.database.query(
            """
            INSERT INTO sync_logs (status, started_at, finished_at, overtaken_by, received, rejected)
            SELECT 'COMPLETED', now() - interval '101 days', now() - interval '100 days', nullif(n + 1, 4), 3, 1
            FROM generate_series(1, 3) AS n;
            INSERT INTO sync_batches (sync_id, batch_number, lane, users, duplicates, inserted, updated, unchanged)
            SELECT n, 1, 0, 3, 0, 3, 0, 0 FROM generate_series(1, 3) AS n;
            """)
    }

    private func prune(_ stack: SyncStack, _ arguments: [String: String] = [:], dryRun: Bool = false) async throws
        -> Pruned
    {
        let result =
            dryRun
            ? try await stack.orchestrator("history", "prune", "--json", "--dry-run", settings: arguments)
            : try await stack.orchestrator("history", "prune", "--json", settings: arguments)
        #expect(result.status == 0, "\(result.errorOutput)")
        return try JSONDecoder().decode(Pruned.self, from: Data(result.output.utf8))
    }

    @Test("a dry run says what goes and changes nothing; then it goes, and history and rejects still answer")
    func command() async throws {
        try await withStack { stack in
            try await insertHistory(into: stack)
            #expect(try await prune(stack, dryRun: true) == Pruned(dryRun: true, syncs: 2, ledger: 2, lastSync: 2))
            #expect(try await stack.count("SELECT count(*) FROM sync_batches") == 3)
            #expect(try await prune(stack, ["SYNC_HISTORY_DAYS": "0"]).syncs == 0)
            #expect(try await prune(stack, ["SYNC_HISTORY_DAYS": "102"]).syncs == 0)
            let wrong = try await stack.orchestrator("history", "prune", "--history-days", "17")
            #expect(
                wrong.status == 78 && wrong.errorOutput.contains("SYNC_HISTORY_DAYS must be 0"), "\(wrong.errorOutput)")
            #expect(try await stack.count("SELECT count(*) FROM sync_batches") == 3)
            let before = try await stack.orchestrator("history", "--json", "--limit", "5").output

            #expect(try await prune(stack) == Pruned(dryRun: false, syncs: 2, ledger: 2, lastSync: 2))
            #expect(try await stack.count("SELECT sync_id FROM sync_batches") == 3)
            #expect(try await prune(stack).syncs == 0)
            #expect(try await stack.orchestrator("history", "--json", "--limit", "5").output == before)
            #expect(try await stack.orchestrator("history", "show", "--json").output == before)
            let rejects = try await stack.orchestrator("rejects", "1").output
            #expect(rejects.hasPrefix("sync 1: 1 rejected, none of them kept"), "\(rejects)")
        }
    }

    @Test("a sync prunes when it has ended; when it may not, it is COMPLETED all the same, and a warning says why")
    func afterASync() async throws {
        try await withStack { stack in
            try await insertHistory(into: stack)
            let api = try await stack.startSimulator(SimulatedUsers(2_000), "--interval-ms", "0")
            defer { api.stop() }
            try await withWorkers(of: stack) { _ in
                // As before the grants of this release.
                _ = try await stack.database.query("REVOKE DELETE ON sync_batches FROM user_sync_orchestrator")
                let refused = try await stack.orchestrator("sync", "--json", "--minimum-percent", "0", api: api)
                #expect(refused.status == 0, "\(refused.errorOutput)")
                #expect(refused.output.contains(#""status":"COMPLETED""#))
                #expect(refused.errorOutput.contains("history of old syncs was not deleted"), "\(refused.errorOutput)")
                #expect(try await stack.status().status == "COMPLETED")
                #expect(try await stack.count("SELECT count(*) FROM sync_batches WHERE sync_id <= 3") == 3)

                _ = try await stack.database.query("GRANT DELETE ON sync_batches TO user_sync_orchestrator")
                let sync = try await stack.orchestrator("sync", "--minimum-percent", "0", api: api)
                #expect(sync.status == 0 && !sync.errorOutput.contains("was not deleted"), "\(sync.errorOutput)")
                // The third was overtaken only now.
                #expect(try await stack.count("SELECT count(*) FROM sync_batches WHERE sync_id <= 3") == 1)
                #expect(try await stack.count("SELECT count(*) FROM sync_batches WHERE sync_id = 4") > 0)
                #expect(try await stack.status().status == "COMPLETED")
            }
        }
    }
}
