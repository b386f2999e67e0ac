import SyncTestSupport
import TestSupport
import Testing

/// Runs a test on a table that two syncs have written: a fresh one, then one of a source in which users have changed, and from which
/// three users of the table are missing.
func withChangedSource(_ body: (SyncStack, Simulator) async throws -> Void) async throws {
    func generation(_ number: Int) -> SimulatedUsers {
        SimulatedUsers(5_000, "--duplicate-rate", "0.05", "--changed-rate", "0.02", "--generation", "\(number)")
    }
    func sync(_ data: SimulatedUsers, on stack: SyncStack, _ body: (Simulator) async throws -> Void = { _ in })
        async throws
    {
        let legacy = try await stack.startSimulator(
            data, "--interval-ms", "0", "--error-500-rate", "0", "--error-429-rate", "0")
        defer { legacy.stop() }
        let result = try await stack.orchestrator("sync", api: legacy)
        try #require(result.status == 0, "\(result.errorOutput)")
        try await body(legacy)
    }
    try await withStack { stack in
        try await withWorkers(of: stack) { _ in
            try await sync(generation(0), on: stack)
            _ = try await stack.database.query(
                """
                INSERT INTO users (legacy_id, user_name, email, legacy_created_at)
                SELECT n, 'vanished ' || n, 'v', now() FROM generate_series(1, 3) AS n;
                DELETE FROM users WHERE id = (SELECT min(id) FROM users WHERE NOT deleted)
                """)
            try await sync(generation(1), on: stack) { try await body(stack, $0) }
        }
    }
}
