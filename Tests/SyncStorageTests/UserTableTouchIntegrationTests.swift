import Postgres
import SyncCore
import TestSupport
import Testing

@testable import SyncStorage

/// On a server of their own and one after the other: a transaction under way anywhere on the server makes older row
/// versions look new, and these tests say exactly what is seen.
@Suite("What others did to the users table", .serialized)
struct UserTableTouchIntegrationTests {
    private static let server = Shared { try await PostgresServer.start(settings: ["autovacuum": "off"]) }

    @Test(
        "a row that someone else changed, removed or added since is seen; what it means for skipped users, by a closer look",
        arguments: [
            ("UPDATE users SET email = 'x' WHERE user_name = 'ana'", 1),
            ("DELETE FROM users WHERE user_name = 'ana'", 1),
            ("UPDATE users SET email = 'x' WHERE user_name = 'bia'", 0),
            ("INSERT INTO users (legacy_id, user_name, email, legacy_created_at) VALUES (9, 'z', 'e', now())", 0),
            (
                """
                WITH gone AS (DELETE FROM users WHERE user_name = 'ana' RETURNING *)
                INSERT INTO users (legacy_id, user_name, email, legacy_created_at) SELECT 9, 'z', 'e', now() FROM gone
                """, 1
            ),
            ("DELETE FROM users", 1),
        ] as [(SQL, Int)])
    func touched(statement: SQL, relied: Int) async throws {
        try await withKnownUsers(on: Self.server.value()) { database, session, table, filter, moment in
            #expect(judge(knownUsers[0], filter) == .skip)
            // Own writes are no one else's.
            let new = TestUser(name: "new", id: 1, email: "e", createdAt: 1, deleted: false)
            _ = try await database.store.apply(try batch(session.syncID, 1, [new]))
            #expect(try await table.isUntouched(since: moment, butBy: session.syncID))
            #expect(try await table.prove(filter).touched == 0)
            try await database.connection.executeScript(statement)
            #expect(try await !table.isUntouched(since: moment, butBy: session.syncID))
            #expect(try await table.prove(filter).touched == relied)
        }
    }

    @Test("a batch of an older sync that comes late touches nothing")
    func leftover() async throws {
        try await withKnownUsers(on: Self.server.value()) { database, session, table, filter, moment in
            #expect(judge(knownUsers[0], filter) == .skip)
            var changed = knownUsers[0]
            changed.createdAt += 1
            let outcome = try await database.store.apply(try batch(1, 2, [changed]))
            #expect(outcome == .overtaken)
            let isUntouched = try await table.isUntouched(since: moment, butBy: session.syncID)
            #expect(isUntouched)
        }
    }

    @Test("a transaction that was under way elsewhere brings about a closer look, which finds nothing")
    func longTransaction() async throws {
        let server = try await Self.server.value()
        let elsewhere = try await server.createDatabase()
        let other = try await PostgresConnection.connect(
            PostgresConfiguration(connectionString: elsewhere.connectionString, applicationName: "test"), logger: silent
        )
        _ = try await other.query("BEGIN")
        _ = try await other.query("SELECT pg_current_xact_id()")
        try await withKnownUsers(on: server) { _, session, table, filter, moment in
            #expect(judge(knownUsers[0], filter) == .skip)
            let isUntouched = try await table.isUntouched(since: moment, butBy: session.syncID)
            #expect(!isUntouched)
            let touched = try await table.prove(filter).touched
            #expect(touched == 0)
        }
        await other.close()
        try await elsewhere.drop()
    }
}
