import Postgres
import SyncCore
import TestSupport
import Testing

@testable import SyncStorage

@Suite("Users in pages")
struct UserPagesIntegrationTests {
    private func insert(_ names: [String], on connection: PostgresConnection) async throws {
        var array = PostgresArray(of: .text, capacity: names.count, byteCapacity: 0)
        for var name in names { name.withUTF8 { array.append(utf8: UnsafeRawBufferPointer($0)) } }
        _ = try await connection.query(
            """
            INSERT INTO users (user_name, legacy_id, email, legacy_created_at)
            SELECT name, 1, 'e', 'epoch' FROM unnest($1) AS name
            """, [.array(array)])
    }

    private func names(
        _ connection: PostgresConnection, _ filter: UserFilter = UserFilter(), after: String? = nil, limit: Int = 1000
    ) async throws -> [String?] {
        try await UserReader(connection: connection).page(
            of: filter, after: after, limit: limit, deadline: .seconds(30)
        ).map(\.userName)
    }

    /// All pages, one behind the other.
    private func walk(
        _ connection: PostgresConnection, by size: Int, between: (Int) async throws -> Void = { _ in }
    ) async throws -> [String] {
        var found: [String] = []
        for number in 0..<1000 {
            let page = try await names(connection, after: found.last, limit: size).compactMap(\.self)
            found += page
            guard page.count == size else { break }
            try await between(number)
        }
        return found
    }

    static let odd = [
        "Ana", "ana", "ANA", "a%", "a_", "100%", "=1+1", "o'dd \"name\",\\.", "Łukasz", "łukasz", "日本", "éa",
        "e\u{301}a", "👩‍🚀",
        " ", "a b", "a\nb", "\u{10FFFF}", "ß", "ss", "zz", "a\u{301}", "á",
    ]

    @Test("every name comes once, in the order of its bytes, by pages of any size", arguments: [1, 2, 7, 1000])
    func byBytes(size: Int) async throws {
        try await withDatabase { database in
            try await insert(Self.odd, on: database.connection)
            let expected = Self.odd.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            #expect(
                try await walk(database.connection, by: size).map { Array($0.utf8) } == expected.map { Array($0.utf8) })
            // From any name, whether there is such a user or not.
            #expect(try await names(database.connection, after: "a%").first == "a_")
            #expect(try await names(database.connection, after: "", limit: 1) == [" "])
            #expect(try await names(database.connection, after: "\u{10FFFF}\u{10FFFF}").isEmpty)
        }
    }

    @Test("rows that come and go between pages neither hide nor repeat anybody who is there all the time")
    func stable() async throws {
        try await withDatabase { database in
            let staying = (0..<300).map { "user \(1000 + $0)" }
            let leaving = (0..<300).map { "user \(1000 + $0) leaves" }
            try await insert(staying + leaving, on: database.connection)
            let found = try await walk(database.connection, by: 20) { page in
                // Before and behind the place where the next page begins; fewer than a page holds, so that there is an end.
                let coming = stride(from: page % 60, to: 300, by: 60).map { "user \(1000 + $0) comes \(page)" }
                try await insert(coming, on: database.connection)
                _ = try await database.connection.query(
                    "DELETE FROM users WHERE user_name LIKE '%leaves' AND id % 7 = $1", [.int8(Int64(page % 7))])
                _ = try await database.connection.query("UPDATE users SET email = email || 'x' WHERE id % 3 = 0")
            }
            #expect(Set(found).count == found.count)
            #expect(found == found.sorted())
            #expect(found.filter { staying.contains($0) } == staying)
        }
    }

    @Test("conditions pick users by deletion, by change and by sync, also together")
    func filters() async throws {
        try await withDatabase { database in
            _ = try await database.connection.query(
                """
                INSERT INTO users (user_name, legacy_id, email, legacy_created_at, deleted, updated_at, sync_id)
                SELECT 'user ' || n, n, 'e', 'epoch', n % 2 = 0, 'epoch'::timestamptz + n * interval '1 second',
                    CASE WHEN n > 6 THEN 1 END
                FROM generate_series(1, 8) AS n
                """)
            func numbers(_ filter: UserFilter) async throws -> [String] {
                try await names(database.connection, filter).compactMap { $0?.last.map(String.init) }
            }
            #expect(try await numbers(UserFilter(deleted: true)) == ["2", "4", "6", "8"])
            #expect(try await numbers(UserFilter(deleted: false)) == ["1", "3", "5", "7"])
            #expect(try await numbers(UserFilter(changedSince: 7_000_000)) == ["7", "8"])
            #expect(try await numbers(UserFilter(changedSince: 7_000_001)) == ["8"])
            #expect(try await numbers(UserFilter(syncID: 1)) == ["7", "8"])
            #expect(try await numbers(UserFilter(syncID: 2)).isEmpty)
            #expect(try await numbers(UserFilter(deleted: true, changedSince: 3_000_000, syncID: 1)) == ["8"])
            #expect(
                try await names(database.connection, UserFilter(deleted: true), after: "user 4", limit: 1) == ["user 6"]
            )
            #expect(try await names(database.connection, UserFilter(changedSince: RFC3339.range.lowerBound)).count == 8)
            #expect(try await names(database.connection, UserFilter(changedSince: RFC3339.range.upperBound)).isEmpty)
        }
    }

    @Test(
        "the index gives a page its order, also where another program chose the collation",
        arguments: ["", "C", "en-x-icu"])
    func plan(collation: String) async throws {
        let tables =
            TakenOverTables.typeORM
            + (collation.isEmpty ? "" : "ALTER TABLE users ALTER user_name TYPE varchar(50) COLLATE \"\(collation)\";")
        try await withTables(tables) { taken in
            _ = try await taken.beginSync()
            try await taken.query(
                """
                INSERT INTO users (user_name, email) SELECT 'User ' || md5(n::text), 'e' FROM generate_series(1, 5000) AS n;
                INSERT INTO users (user_name, email) VALUES ('ana', 'e'), ('Bia', 'e'), ('_cid', 'e'), ('Ána', 'e');
                ANALYZE users
                """)
            // What the server orders by itself.
            let ordered = try await taken.connection.query(
                "SELECT user_name::text AS name FROM users ORDER BY users.user_name")
            let expected = try ordered.rows.map { try $0.text("name") }
            #expect(try await walk(taken.connection, by: 700) == expected)
            if collation == "en-x-icu" {
                #expect(expected.firstIndex(of: "ana") ?? 0 < expected.firstIndex(of: "Bia") ?? 0)
            }

            for after in [nil, "User 5"] {
                let (statement, parameters) = UserReader.statement(UserFilter(), after: after, limit: 100)
                let plan = try await taken.connection.query("EXPLAIN \(statement)", parameters)
                let lines = try (0..<plan.rowCount).map { try plan.text(row: $0, column: 0) }
                #expect(lines.contains { $0.contains("Index Scan using \"UQ_users\"") }, "\(lines)")
                #expect(!lines.contains { $0.contains("Sort") }, "\(lines)")
            }
        }
    }

    @Test("rows of another program come with what they lack, those without a name not at all")
    func foreignRows() async throws {
        try await withTables(
            TakenOverTables.typeORM
                + "ALTER TABLE users ALTER user_name DROP NOT NULL, ALTER deleted DROP NOT NULL, ALTER updated_at DROP NOT NULL;"
        ) { taken in
            _ = try await taken.beginSync()
            try await taken.query(
                """
                INSERT INTO users (user_name, email, deleted, updated_at)
                VALUES (NULL, 'nobody', false, now()), ('ana', 'e', NULL, NULL), ('bia', 'e', false, 'infinity'),
                    ('cid', 'e', true, '2020-01-01')
                """)
            #expect(try await names(taken.connection) == ["ana", "bia", "cid"])
            #expect(try await names(taken.connection, after: "ana", limit: 1) == ["bia"])
            // Nobody has marked the first.
            #expect(try await names(taken.connection, UserFilter(deleted: false)) == ["ana", "bia"])
            let since = try #require(RFC3339.microseconds("2020-01-01T00:00:00Z"))
            #expect(try await names(taken.connection, UserFilter(changedSince: since)) == ["bia", "cid"])
            #expect(try await names(taken.connection, UserFilter(changedSince: since + 1)) == ["bia"])
        }
    }

    @Test(
        "a name that the database's encoding cannot hold is nobody's, and no page begins after it; the connection goes on"
    )
    func unwritableName() async throws {
        try await withTables(TakenOverTables.typeORM, encoding: "LATIN1") { taken in
            _ = try await taken.beginSync()
            try await taken.query("INSERT INTO users (user_name, email) VALUES ('ana', 'e'), ('josé', 'e')")
            let reader = UserReader(connection: taken.connection)
            for name in ["日本", "ana 😀", "\u{10FFFF}"] {
                #expect(try await reader.user(named: name) == nil)
                await #expect(throws: UserTableError.unwritableName) {
                    _ = try await names(taken.connection, after: name)
                }
            }
            #expect(try await reader.user(named: "josé")?.userName == "josé")
            #expect(try await names(taken.connection, after: "é") == [])
            #expect(try await names(taken.connection, after: "ana") == ["josé"])
        }
    }

    @Test("a search that takes too long is stopped, says so, and leaves the connection as it was")
    func deadline() async throws {
        try await withDatabase { database in
            try await insert(["ana"], on: database.connection)
            let reader = UserReader(connection: database.connection)
            let limit = Duration.milliseconds(300)
            try await PostgresConnection.withConnection(database.configuration, logger: silent) { other in
                try await other.transaction { other in
                    _ = try await other.query("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
                    await #expect(throws: UserTableError.tooSlow(limit)) {
                        _ = try await reader.page(after: nil, limit: 1, deadline: limit)
                    }
                }
            }
            #expect(try await reader.page(after: nil, limit: 1, deadline: .seconds(30)).count == 1)
            let rest = try await database.connection.query("SELECT current_setting('statement_timeout') AS rest")
                .single()
            #expect(try rest.text("rest") == "0")
        }
    }
}
