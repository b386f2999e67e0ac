import Postgres
import SyncCore
import TestSupport
import Testing

@testable import SyncStorage

@Suite("The users table as a whole")
struct UserTableIntegrationTests {
    private let users = ["ana", "bia", "cid"].map {
        TestUser(name: $0, id: 1, email: "\($0)@example.com", createdAt: 1_700_000_000_000_000, deleted: $0 == "cid")
    }

    /// A table that holds `users`, and what a new sync that overtook all others remembers of it.
    private func withKnownUsers(
        _ body: (SyncDatabase, SyncSession, UserTable, DeltaFilter, UserTableSnapshot.Moment) async throws -> Void
    ) async throws {
        try await withDatabase { database in
            _ = try await database.store.apply(try batch(1, 1, users))
            let session = try await SyncSession.begin(database.configuration, logger: silent)
            try await session.overtake()
            let table = UserTable(database.configuration, logger: silent)
            let hasher = UserHasher()
            guard let snapshot = try await table.snapshot(hasher, maximumUsers: 3) else {
                throw TestSupportError("not read")
            }
            let moment = snapshot.moment
            let filter = DeltaFilter(hasher: hasher, index: snapshot.takeIndex(), mode: .delta)
            do {
                try await body(database, session, table, filter, moment)
            } catch {
                await session.abandon()
                throw error
            }
            await session.abandon()
        }
    }

    private func judge(_ user: TestUser, _ filter: DeltaFilter) -> DeltaFilter.Verdict {
        var (name, email) = (user.name, user.email)
        return name.withUTF8 { name in
            email.withUTF8 { email in
                filter.judge(
                    UserRecord(
                        legacyID: user.id, userName: UnsafeRawBufferPointer(name), email: UnsafeRawBufferPointer(email),
                        createdAt: user.createdAt, deleted: user.deleted))
            }
        }
    }

    @Test("every row is known by all its columns as the stream would bring it; too many rows are not read")
    func snapshot() async throws {
        try await withKnownUsers { _, _, table, filter, moment in
            #expect(moment.rows == 3)
            #expect(filter.liveUsers == 2)
            for user in users { #expect(judge(user, filter) == .skip) }
            var changed = users[0]
            changed.email = "new@example.com"
            #expect(judge(changed, filter) == .hold)
            changed.createdAt += 1
            #expect(judge(changed, filter) == .send)
            if let _ = try await table.snapshot(UserHasher(), maximumUsers: 2) { Issue.record("it was read") }
        }
    }

    @Test("extreme, unknown and missing times do not stop the reading, and such rows are never skipped")
    func oddRows() async throws {
        try await withDatabase { database in
            try await database.connection.executeScript(
                """
                ALTER TABLE users ALTER legacy_created_at DROP NOT NULL, ALTER email DROP NOT NULL, ALTER deleted DROP NOT NULL;
                INSERT INTO users (legacy_id, user_name, email, legacy_created_at, deleted) VALUES
                    (1, 'a', 'e', 'infinity', false), (1, 'b', 'e', '-infinity', false), (1, 'c', 'e', NULL, false),
                    (1, 'd', NULL, now(), false), (1, 'e', 'e', now(), NULL), (1, 'f', 'e', '294276-12-31', false)
                """)
            let table = UserTable(database.configuration, logger: silent)
            let hasher = UserHasher()
            guard let snapshot = try await table.snapshot(hasher, maximumUsers: 10) else {
                throw TestSupportError("not read")
            }
            let filter = DeltaFilter(hasher: hasher, index: snapshot.takeIndex(), mode: .delta)
            // Newer than all of them but those of the end of time, which nothing is newer than.
            for name in ["b", "c", "d", "e"] {
                let user = TestUser(name: name, id: 1, email: "e", createdAt: 4_000_000_000_000_000, deleted: false)
                #expect(judge(user, filter) == .send)
            }
            #expect(try await table.prove(filter).touched == 0)
        }
    }

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
        try await withKnownUsers { database, session, table, filter, moment in
            #expect(judge(users[0], filter) == .skip)
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
        try await withKnownUsers { database, session, table, filter, moment in
            #expect(judge(users[0], filter) == .skip)
            var changed = users[0]
            changed.createdAt += 1
            let outcome = try await database.store.apply(try batch(1, 2, [changed]))
            #expect(outcome == .overtaken)
            let isUntouched = try await table.isUntouched(since: moment, butBy: session.syncID)
            #expect(isUntouched)
        }
    }

    @Test(
        "missing users are marked as deleted once, with their number; one that someone changed meanwhile is left alone")
    func softDelete() async throws {
        try await withKnownUsers { database, session, table, filter, _ in
            #expect(judge(users[0], filter) == .skip)
            #expect(filter.missingUsers == 1)
            try await table.softDeleteMissing(filter, syncID: session.syncID)
            try await table.softDeleteMissing(filter, syncID: session.syncID)
            let rows = try await database.users()
            #expect(rows["ana"]?.deleted == false)
            #expect(rows["bia"]?.deleted == true)
            let result = try await database.connection.query(
                """
                SELECT missing_deleted, (SELECT count(*) FROM users WHERE sync_id = $1 AND deleted_at IS NOT NULL)
                FROM sync_logs WHERE id = $1
                """, [.int8(session.syncID)])
            #expect(try result.int8(row: 0, column: 0) == 1)
            #expect(try result.int8(row: 0, column: 1) == 1)
        }
        try await withKnownUsers { database, session, table, filter, _ in
            #expect(judge(users[0], filter) == .skip)
            try await database.connection.executeScript("UPDATE users SET email = 'x' WHERE user_name = 'bia'")
            try await table.softDeleteMissing(filter, syncID: session.syncID)
            #expect(try await database.users()["bia"]?.deleted == false)
        }
    }

    @Test("a sync that was ended from outside marks nobody")
    func endedElsewhere() async throws {
        try await withKnownUsers { database, session, table, filter, _ in
            try await database.connection.executeScript("UPDATE sync_logs SET status = 'FAILED'")
            await #expect(throws: SyncSessionError.endedElsewhere(syncID: session.syncID)) {
                try await table.softDeleteMissing(filter, syncID: session.syncID)
            }
            #expect(try await database.users()["bia"]?.deleted == false)
        }
    }
}
