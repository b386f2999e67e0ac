import SyncTestSupport
import TestSupport
import Testing

/// That the roles can do their work is shown by every test of a whole service, which runs as them. Here: that they can do no more.
@Suite("What the database roles may not do", .serialized)
struct DatabaseRolesIntegrationTests {
    @Test("each role is refused what another one is for")
    func leastPrivilege() async throws {
        try await withStack { stack in
            let forbidden: [(DatabaseRoles.Role, [String])] = [
                (
                    .orchestrator,
                    [
                        "INSERT INTO users (user_name) VALUES ('x')", "UPDATE users SET email = ''",
                        "DELETE FROM users",
                        "INSERT INTO sync_batches SELECT * FROM sync_batches", "UPDATE sync_batches SET users = 0",
                        "TRUNCATE sync_batches", "UPDATE sync_refusals SET message = ''", "DELETE FROM sync_logs",
                        "DELETE FROM sync_migrations", "TRUNCATE sync_logs CASCADE",
                        "INSERT INTO sync_fields VALUES ('x', 'x', 'text', 1)", "UPDATE sync_fields SET place = 1",
                    ]
                ),
                (
                    .worker,
                    [
                        "DELETE FROM users", "TRUNCATE users", "UPDATE sync_batches SET users = 0",
                        "DELETE FROM sync_batches", "DELETE FROM sync_refusals", "DELETE FROM sync_rejects",
                        "DELETE FROM sync_batch_failures",
                        "UPDATE sync_logs SET status = 'COMPLETED'", "INSERT INTO sync_logs DEFAULT VALUES",
                        "SELECT * FROM sync_rejects", "SELECT * FROM sync_profiles",
                        "INSERT INTO sync_profiles SELECT * FROM sync_profiles",
                        "INSERT INTO sync_fields VALUES ('x', 'x', 'text', 1)", "UPDATE sync_fields SET place = 1",
                    ]
                ),
                (
                    .viewer,
                    [
                        "INSERT INTO users (user_name) VALUES ('x')", "UPDATE users SET email = ''",
                        "UPDATE sync_logs SET status = 'COMPLETED'", "DELETE FROM sync_rejects",
                        "DELETE FROM sync_batch_failures", "DELETE FROM sync_batches", "DELETE FROM sync_refusals",
                        "DELETE FROM sync_profiles", "UPDATE sync_profiles SET compared_syncs = 0",
                    ]
                ),
            ]
            for (role, statements) in forbidden {
                for statement in statements + [
                    "CREATE TABLE mine ()", "DROP TABLE users", "ALTER TABLE users DISABLE TRIGGER ALL",
                    "UPDATE sync_migrations SET version = 0", "CREATE ROLE mine",
                    "COPY users TO PROGRAM 'cat'", "SELECT pg_read_file('/etc/passwd')",
                ] {
                    let refusal = await refusal(of: statement, to: role, stack)
                    #expect(
                        refusal?.contains("permission denied") == true || refusal?.contains("must be superuser") == true
                            || refusal?.contains("must be owner") == true,
                        "\(role): \(statement): \(refusal ?? "was allowed")")
                }
            }
        }
    }

    @Test("the orchestrator may delete what history ends with, table by table")
    func historyMayEnd() async throws {
        try await withStack { stack in
            for table in ["sync_batches", "sync_rejects", "sync_refusals", "sync_batch_failures", "sync_profiles"] {
                #expect(
                    await refusal(of: "DELETE FROM \(table) WHERE sync_id = 1", to: .orchestrator, stack) == nil,
                    "\(table)")
            }
        }
    }

    private func refusal(of statement: String, to role: DatabaseRoles.Role, _ stack: SyncStack) async -> String? {
        do {
            try await stack.roles.run(statement, as: role, in: stack.database)
            return nil
        } catch {
            return "\(error)"
        }
    }
}
