import Foundation
import SyncTestSupport
import TestSupport
import Testing

@Suite("What an operator types", .serialized)
struct OperatorCommandsIntegrationTests {
    private struct RejectGroup: Decodable, Equatable {
        let reason: String
        let count: Int
        let firstByteOffset: Int

        private enum CodingKeys: String, CodingKey {
            case reason, count
            case firstByteOffset = "first_byte_offset"
        }
    }

    @Test("rejects are counted by reason, and the counts are those of the table")
    func rejectSummary() async throws {
        try await withStack { stack in
            let data = SimulatedUsers(5_000)
            let api = try await stack.startSimulator(data, "--interval-ms", "0")
            defer { api.stop() }
            try await withWorkers(of: stack) { _ in
                let sync = try await stack.orchestrator("sync", api: api)
                #expect(sync.status == 0, "\(sync.errorOutput)")
            }
            let row = try await stack.status()
            let result = try await stack.orchestrator("rejects", "--summary", "--json")
            let groups = try JSONDecoder().decode([RejectGroup].self, from: Data(result.output.utf8))
            #expect(!groups.isEmpty)
            #expect(groups.reduce(0) { $0 + $1.count } == row.rejected)
            #expect(groups == groups.sorted { ($0.count, $1.reason) > ($1.count, $0.reason) })
            for group in groups {
                let rows = "FROM sync_rejects WHERE reason = '\(group.reason)'"
                #expect(try await stack.count("SELECT count(*) \(rows)") == group.count)
                #expect(try await stack.count("SELECT min(byte_offset) \(rows)") == group.firstByteOffset)
            }
            let text = try await stack.orchestrator("rejects", "\(row.id)", "--summary").output
            #expect(text.hasPrefix("sync \(row.id): \(row.rejected) rejected\n"), "\(text)")
            #expect(groups.allSatisfy { text.contains($0.reason) })

            let unknown = try await stack.orchestrator("rejects", "999")
            #expect(unknown.status == 1 && unknown.errorOutput.contains("there is no sync 999"))
        }
    }

    @Test("reset leaves a sync alone whose orchestrator is alive; forced, the orchestrator notices and stops")
    func resetOfALiveSync() async throws {
        try await withStack { stack in
            let api = try await stack.startSimulator(
                SimulatedUsers(60_000), "--interval-ms", "200", "--error-500-rate", "0", "--error-429-rate", "0")
            defer { api.stop() }
            let sync = try stack.startSync(api)
            defer { sync.kill() }
            try await eventually(within: .seconds(30), "the sync receives users") {
                try await stack.count("SELECT coalesce(max(received), 0) FROM sync_logs") > 0
            }
            let refused = try await stack.orchestrator("reset")
            #expect(refused.status == 1)
            #expect(refused.errorOutput.contains("its orchestrator is alive: user-sync orchestrator"))
            #expect(refused.errorOutput.contains("--force"))
            #expect(try await stack.status().status == "RUNNING")

            let forced = try await stack.orchestrator("reset", "--force", "--json")
            #expect(forced.status == 0, "\(forced.errorOutput)")
            #expect(forced.output == "{\"reset\":[1]}\n")
            #expect(try await sync.wait(deadline: .seconds(30)) == 1)
            #expect(sync.errorOutput.contains("ended from outside"), "\(sync.errorOutput)")
            let row = try await stack.status()
            #expect(row.status == "FAILED" && row.errorMessage == "reset by an operator")
        }
    }

    @Test("reset marks a sync that nobody works on any more, asks nothing, and does nothing the second time")
    func resetOfALeftover() async throws {
        try await withStack { stack in
            let api = try await stack.startSimulator(
                SimulatedUsers(60_000), "--interval-ms", "200", "--error-500-rate", "0", "--error-429-rate", "0")
            defer { api.stop() }
            let sync = try stack.startSync(api)
            try await eventually(within: .seconds(30), "the sync receives users") {
                try await stack.count("SELECT coalesce(max(received), 0) FROM sync_logs") > 0
            }
            sync.kill()
            // The server lets go of the lock when it notices that the connection is gone.
            try await eventually(within: .seconds(30), "the lock is free") {
                try await stack.count(
                    """
                    SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    """) == 0
            }
            let first = try await stack.orchestrator("reset")
            #expect(first.status == 0 && first.output == "marked FAILED: sync 1\n", "\(first.errorOutput)")
            let second = try await stack.orchestrator("reset")
            #expect(second.status == 0 && second.output == "no sync is under way\n")
            #expect(try await stack.status().errorMessage == "reset by an operator")
        }
    }
}
