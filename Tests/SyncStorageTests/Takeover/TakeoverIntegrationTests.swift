import Postgres
import SyncCore
import TestSupport
import Testing

@testable import SyncStorage

@Suite("Tables of another program")
struct TakeoverIntegrationTests {
    @Test("work as they are, through two syncs and a change", arguments: TakenOverTables.working)
    func works(_ tables: TakenOverTables.Case) async throws {
        try await withTables(TakenOverTables.typeORM + tables.sql) { database in
            let before = try await database.columns()
            _ = try await Migrator(connection: database.connection, logger: silent).migrate()
            try await Migrator(connection: database.connection, logger: silent).requireSuitableTables()
            #expect(before.subtracting(try await database.columns()) == [], "no column of the other program is touched")
            #expect(try await options(on: database.connection) == "", "nor how the table is stored")

            var users = ["ana", "bia", "cid"].map {
                TestUser(
                    name: $0, id: 1, email: "\($0)@example.com", createdAt: 1_700_000_000_123_000, deleted: $0 == "cid")
            }
            try await database.expect(users, inserted: users.count - (tables.hasAna ? 1 : 0))
            try await database.expect(users, inserted: 0, updated: 0)
            users[1].email = "new@example.com"
            try await database.expect(users, inserted: 0, updated: 1)
        }
    }

    @Test("that this service made leave room for changed rows; a fillfactor that someone has set stays")
    func ownTable() async throws {
        try await withDatabase { database in
            let connection = database.connection
            #expect(try await options(on: connection) == "fillfactor=95")
            // As the release before left it, and as its owner has set it since.
            let changes: [(SQL, String)] = [
                ("ALTER TABLE users RESET (fillfactor)", "fillfactor=95"),
                ("ALTER TABLE users SET (fillfactor = 80)", "fillfactor=80"),
            ]
            for (statement, expected) in changes {
                _ = try await connection.query(statement)
                _ = try await connection.query(
                    "DELETE FROM sync_migrations WHERE version >= $1", [.int4(Migration.roomForUpdates.version)])
                #expect(
                    try await Migrator(connection: connection, logger: silent).migrate()
                        == Migration.all.filter { $0.version >= Migration.roomForUpdates.version }.map(\.name))
                #expect(try await options(on: connection) == expected)
            }
        }
    }

    /// What the catalog says of how the users table is stored; empty when nobody has said anything.
    private func options(on connection: PostgresConnection) async throws -> String {
        try await connection.query(
            "SELECT coalesce(array_to_string(reloptions, ' '), '') AS options FROM pg_class WHERE oid = 'users'::regclass"
        ).single().text("options")
    }

    @Test("are refused in words, and nothing is touched", arguments: TakenOverTables.refused)
    func refused(_ tables: TakenOverTables.Case) async throws {
        try await withTables(TakenOverTables.typeORM + tables.sql) { database in
            let before = try await database.columns()
            let error = await #expect(throws: UnsuitableTablesError.self) {
                try await Migrator(connection: database.connection, logger: silent).migrate()
            }
            for part in tables.refusal { #expect("\(error, default: "")".contains(part)) }
            #expect(try await database.columns() == before)
        }
    }

    @Test("that change after the migration are found before the next sync")
    func changedLater() async throws {
        try await withTables(TakenOverTables.typeORM) { database in
            _ = try await Migrator(connection: database.connection, logger: silent).migrate()
            try await database.query("ALTER TABLE users ADD tenant integer NOT NULL")
            await #expect(throws: UnsuitableTablesError.self) {
                try await SyncSession.begin(database.configuration, logger: silent).abandon()
            }
            try await database.query("ALTER TABLE users ALTER tenant SET DEFAULT 1")
            try await SyncSession.begin(database.configuration, logger: silent).abandon()
        }
    }
}
