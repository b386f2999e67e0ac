import Postgres
import SyncCore
import TestSupport
import Testing

@testable import SyncStorage

@Suite("Records of one name and time in several batches")
struct TiesIntegrationTests {
    private static func ana(_ email: String, createdAt: Int64 = 5) -> TestUser {
        TestUser(name: "ana", id: 1, email: email, createdAt: createdAt, deleted: false)
    }

    @Test("in their order, the later one wins")
    func inOrder() async throws {
        try await withDatabase { database in
            _ = try await database.store.apply(try batch(1, 1, [Self.ana("first")]))
            let outcome = try await database.store.apply(try batch(1, 2, [Self.ana("second")]))
            #expect(outcome == .applied(.init(duplicates: 0, inserted: 0, updated: 1, unchanged: 0)))
            #expect(try await database.users()["ana"]?.email == "second")
        }
    }

    @Test("a batch that is replayed after a later one of its lane wins no tie against its own sync's row, and says so")
    func late() async throws {
        try await withDatabase { database in
            let known = TestUser(name: "bia", id: 2, email: "old", createdAt: 5, deleted: false)
            let newer = TestUser(name: "cid", id: 3, email: "new", createdAt: 9, deleted: false)
            _ = try await database.connection.query("INSERT INTO sync_logs (status) VALUES ('RUNNING')")
            _ = try await database.store.apply(
                try batch(1, 1, [known, TestUser(name: "cid", id: 3, email: "old", createdAt: 5, deleted: false)]))
            _ = try await database.store.apply(try batch(2, 2, [Self.ana("second")]))

            var changed = known
            changed.email = "changed"
            let outcome = try await database.store.apply(try batch(2, 1, [Self.ana("first"), changed, newer]))
            #expect(outcome == .applied(.init(duplicates: 0, inserted: 0, updated: 2, unchanged: 1, tiesLost: 1)))
            #expect(try await database.users() == ["ana": Self.ana("second"), "bia": changed, "cid": newer])
            let ledger = try await database.connection.query(
                "SELECT ties_lost FROM sync_batches WHERE sync_id = 2 AND batch_number = 1"
            ).single()
            #expect(try ledger.int("ties_lost") == 1)
        }
    }

    @Test("a later batch of another lane makes nobody late")
    func otherLane() async throws {
        try await withDatabase { database in
            _ = try await database.store.apply(try batch(1, 1, [Self.ana("first")]))
            _ = try await database.connection.query(
                """
                INSERT INTO sync_batches (sync_id, batch_number, lane, users, duplicates, inserted, updated, unchanged)
                VALUES (1, 9, 1, 1, 0, 1, 0, 0)
                """)
            _ = try await database.store.apply(try batch(1, 2, [Self.ana("second")]))
            #expect(try await database.users()["ana"]?.email == "second")
        }
    }

    @Test("an older sync wins no tie against the row of a newer one")
    func newerSync() async throws {
        try await withDatabase { database in
            _ = try await database.connection.query("INSERT INTO sync_logs (status) VALUES ('RUNNING')")
            _ = try await database.store.apply(try batch(2, 1, [Self.ana("newer sync")]))
            let outcome = try await database.store.apply(try batch(1, 1, [Self.ana("older sync")]))
            #expect(outcome == .applied(.init(duplicates: 0, inserted: 0, updated: 0, unchanged: 1, tiesLost: 1)))
            let later = try await database.store.apply(try batch(1, 2, [Self.ana("newest record", createdAt: 6)]))
            #expect(later == .applied(.init(duplicates: 0, inserted: 0, updated: 1, unchanged: 0)))
        }
    }
}
