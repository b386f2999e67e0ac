import Postgres
import SyncCore
import SyncStorage
import TestSupport
import Testing

@Suite("Who a sync changed")
struct ChangedUserIntegrationTests {
    private struct Collector: ChangedUserSink {
        var changes: [String: UserChange] = [:]
        var received = 0
        var largestPart = 0
        private var part = 0

        mutating func receive(_ user: ChangedUser) {
            changes[String(decoding: user.userName, as: UTF8.self)] = user.change
            received += 1
            part += 1
        }

        nonisolated(nonsending) mutating func flush() async throws {
            largestPart = max(largestPart, part)
            part = 0
        }
    }

    private func changes(of syncID: Int64, in database: SyncDatabase) async throws -> [String: UserChange] {
        var collector = Collector()
        let count = try await ChangedUserReader(connection: database.connection).read(of: syncID, into: &collector)
        #expect(count == collector.received)
        return collector.changes
    }

    private func user(_ name: String, _ email: String, time: Int64 = 1, deleted: Bool = false) -> TestUser {
        TestUser(name: name, id: 1, email: email, createdAt: time * 1_000_000, deleted: deleted)
    }

    @Test("each user is told with what became of it, and belongs to the sync that wrote it last")
    func kinds() async throws {
        try await withDatabase { database in
            let odd = "o'dd \"näme\",\n\\."
            let first = [
                user("ana", "a"), user("bia", "b"), user("cid", "c"), user("dan", "d"), user(odd, "o"),
                user("gone", "g", deleted: true),
            ]
            _ = try await database.store.apply(try batch(1, 1, first))
            #expect(
                try await changes(of: 1, in: database)
                    == Dictionary(uniqueKeysWithValues: first.map { ($0.name, UserChange.inserted) }))

            _ = try await database.connection.query("INSERT INTO sync_logs (status) VALUES ('RUNNING')")
            let second = [
                user("ana", "changed", time: 2), user("bia", "b", time: 2, deleted: true), user("cid", "c"),
                // Deleted before, and still.
                user("gone", "changed", time: 2, deleted: true), user("eva", "e"), user("fay", "f", deleted: true),
            ]
            _ = try await database.store.apply(try batch(2, 1, second))
            // In another batch of the same sync.
            _ = try await database.store.apply(try batch(2, 2, [user("eva", "once more", time: 3)]))
            #expect(
                try await changes(of: 2, in: database) == [
                    "ana": .updated, "bia": .newlyDeleted, "gone": .updated, "eva": .inserted, "fay": .inserted,
                ])
            #expect(try await changes(of: 1, in: database) == ["cid": .inserted, "dan": .inserted, odd: .inserted])
            #expect(try await changes(of: 3, in: database) == [:])
        }
    }

    @Test("users who were marked for being missing are told as newly deleted")
    func missing() async throws {
        try await withKnownUsers { database, session, table, filter, _ in
            #expect(judge(knownUsers[0], filter) == .skip)
            try await database.markMissing(table, filter, session, missedBefore: ["bia"])
            #expect(try await changes(of: session.syncID, in: database) == ["bia": .newlyDeleted])
        }
    }

    @Test("rows that no sync has written are nobody's, and many users come in parts")
    func many() async throws {
        try await withDatabase { database in
            try await database.connection.executeScript(
                """
                INSERT INTO users (legacy_id, user_name, email, legacy_created_at, sync_id)
                SELECT n, 'user ' || n, 'e', now(), CASE WHEN n % 2 = 0 THEN 1 END FROM generate_series(1, 40000) AS n
                """)
            var collector = Collector()
            let count = try await ChangedUserReader(connection: database.connection).read(of: 1, into: &collector)
            #expect(count == 20_000)
            #expect(collector.changes.count == 20_000)
            #expect(collector.largestPart < 5_000)
            // The setting that names the sync ends with its transaction.
            let rest = try await database.connection.query("SELECT current_setting('user_sync.changed_by', true)")
            #expect(try rest.isNull(row: 0, column: 0) || rest.text(row: 0, column: 0) == "")
        }
    }

    @Test("a sink that fails ends the reading, and the connection can be used again")
    func failingSink() async throws {
        struct Full: Error {}
        struct Failing: ChangedUserSink {
            mutating func receive(_ user: ChangedUser) {}
            nonisolated(nonsending) mutating func flush() async throws { throw Full() }
        }
        try await withDatabase { database in
            _ = try await database.store.apply(try batch(1, 1, [user("ana", "a")]))
            await #expect(throws: Full.self) {
                var sink = Failing()
                _ = try await ChangedUserReader(connection: database.connection).read(of: 1, into: &sink)
            }
            #expect(try await changes(of: 1, in: database) == ["ana": .inserted])
        }
    }
}
