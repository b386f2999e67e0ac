import Postgres
import SyncCore
import TestSupport
import Testing

@testable import SyncStorage

@Suite("A user whom the database refuses")
struct RefusalIntegrationTests {
    private static func users(_ count: Int) -> [TestUser] {
        (0..<count).map {
            TestUser(
                name: "user\($0)", id: Int64($0), email: "u\($0)@example.com", createdAt: 1_700_000_000_000_000,
                deleted: false)
        }
    }

    @Test("costs one user: the others are applied, and it is on record with its cause", arguments: RefusalCase.all)
    func oneUser(_ refusal: RefusalCase) async throws {
        for presumedNew in [false, true] {
            try await withTables(TakenOverTables.typeORM + refusal.sql, encoding: refusal.encoding) { database in
                let syncID = try await database.beginSync()
                var users = Self.users(300)
                refusal.spoil(&users[299])
                let message = try batch(syncID, 1, users) { _ in presumedNew }
                let outcome = try await database.store.apply(message)
                #expect(outcome == .applied(.init(duplicates: 0, inserted: 299, updated: 0, unchanged: 0, refused: 1)))
                #expect(try await database.store.apply(message) == .alreadyApplied)

                let stored = try await storedUsers(on: database.connection)
                #expect(stored == Dictionary(uniqueKeysWithValues: users.dropLast().map { ($0.name, $0) }))
                let reader = RefusalReader(connection: database.connection)
                let refused = try #require(try await reader.refusals(of: syncID, limit: 10).first)
                let name =
                    refusal.encoding == "UTF8" ? users[299].name : users[299].name.replacing("😀", with: "\\u{1f600}")
                #expect(refused.userName == name)
                #expect(refused.sqlState == refusal.sqlState)
                #expect(refused.constraint == refusal.constraint)
                #expect(!refused.message.isEmpty && !refused.message.contains("nowhere"))
                #expect(
                    try await reader.summary(of: syncID)
                        == [RefusalGroup(sqlState: refusal.sqlState, constraint: refusal.constraint, count: 1)])
            }
        }
    }

    @Test("is found among known users as well, and keeps its row as it is", arguments: RefusalCase.all)
    func knownUser(_ refusal: RefusalCase) async throws {
        try await withTables(TakenOverTables.typeORM + refusal.sql, encoding: refusal.encoding) { database in
            let syncID = try await database.beginSync()
            var users = Self.users(300)
            _ = try await database.store.apply(try batch(syncID, 1, users))
            for index in users.indices { users[index].createdAt += 1 }
            var spoilt = users[299]
            refusal.spoil(&spoilt)
            // A name that is refused is another user's.
            guard spoilt.name == users[299].name else { return }
            users[299] = spoilt
            let outcome = try await database.store.apply(try batch(syncID, 2, users))
            #expect(outcome == .applied(.init(duplicates: 0, inserted: 0, updated: 299, unchanged: 0, refused: 1)))
            let stored = try await storedUsers(on: database.connection)
            #expect(stored["user299"] == Self.users(300)[299])
            #expect(stored["user298"] == users[298])
        }
    }

    @Test("is not one whose text ends in blanks that fit")
    func blanksThatFit() async throws {
        try await withTables(TakenOverTables.typeORM) { database in
            let syncID = try await database.beginSync()
            var users = Self.users(3)
            users[0].name += String(repeating: " ", count: 50 - users[0].name.count)
            users[1].name += " é "
            users[2].email += "  "
            let outcome = try await database.store.apply(try batch(syncID, 1, users))
            #expect(outcome == .applied(.init(duplicates: 0, inserted: 3, updated: 0, unchanged: 0)))
            let stored = try await storedUsers(on: database.connection)
            #expect(stored == Dictionary(uniqueKeysWithValues: users.map { ($0.name, $0) }))
        }
    }

    @Test("is one of a few at most: with more than ten and more than one in ten, nothing of the batch is applied")
    func tooMany() async throws {
        try await withTables(TakenOverTables.typeORM) { database in
            let syncID = try await database.beginSync()
            var users = Self.users(100)
            for index in 0..<11 { users[index].id = 3_000_000_000 }
            let error = try await #require(throws: TooManyRefusals.self) {
                try await database.store.apply(try batch(syncID, 1, users))
            }
            #expect("\(error)".contains("22003"))
            let left = try await database.connection.query(
                "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM sync_batches) AS rows"
            ).single()
            #expect(try left.int("rows") == 0)
            users[0].id = 0
            let outcome = try await database.store.apply(try batch(syncID, 1, users))
            #expect(outcome == .applied(.init(duplicates: 0, inserted: 90, updated: 0, unchanged: 0, refused: 10)))
        }
    }

    @Test(
        "is never made out of an error of the world",
        arguments: [
            "ALTER TABLE users RENAME TO people",
            "ALTER TABLE users DROP COLUMN email",
            "ALTER SEQUENCE users_id_seq MAXVALUE 2 NO CYCLE; SELECT setval('users_id_seq', 2)",
            "CREATE FUNCTION wrong() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN SELECT nonsense; END';"
                + "CREATE TRIGGER wrong BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION wrong()",
        ])
    func world(sql: String) async throws {
        try await withTables(TakenOverTables.typeORM) { database in
            let syncID = try await database.beginSync()
            try await database.query(sql)
            let error = try await #require(throws: PostgresError.self) {
                try await database.store.apply(try batch(syncID, 1, Self.users(20)))
            }
            #expect(error.scope == .world)
            let ledger = try await database.connection.query("SELECT count(*) AS rows FROM sync_batches").single()
            #expect(try ledger.int("rows") == 0)
        }
    }

    @Test("has a second chance when others of its batch stood in its way")
    func handedOn() async throws {
        try await withTables(TakenOverTables.typeORM + "ALTER TABLE users ADD UNIQUE (email)") { database in
            let syncID = try await database.beginSync()
            var users = Self.users(6)
            _ = try await database.store.apply(try batch(syncID, 1, users))
            for index in users.indices {
                users[index].createdAt += 1
                users[index].email = "u\(index + 1)@example.com"
            }
            let outcome = try await database.store.apply(try batch(syncID, 2, users))
            guard case .applied(let counts) = outcome else { throw TestSupportError("\(outcome)") }
            #expect(counts.refused + counts.updated == 6)
            // The next sync brings the rest.
            for number in 3...8 { _ = try await database.store.apply(try batch(syncID, Int64(number), users)) }
            #expect(
                try await storedUsers(on: database.connection)
                    == Dictionary(uniqueKeysWithValues: users.map { ($0.name, $0) }))
        }
    }
}
