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
