import Postgres
import SyncCore
import TestSupport
import Testing

@testable import SyncStorage

@Suite("The users table as a whole")
struct UserTableIntegrationTests {
    @Test("every row is known by all its columns as the stream would bring it, also from a file")
    func snapshot() async throws {
        try await withKnownUsers { _, _, table, filter, moment in
            #expect(moment.rows == 3)
            #expect(filter.liveUsers == 2)
            for user in knownUsers { #expect(judge(user, filter) == .skip) }
            var changed = knownUsers[0]
            changed.email = "new@example.com"
            #expect(judge(changed, filter) == .hold)
            changed.createdAt += 1
            #expect(judge(changed, filter) == .send)
            let hasher = UserHasher()
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let snapshot = try await table.snapshot(hasher, in: IndexFolder(folder.path, maximumAnonymousBytes: 0))
            #expect(snapshot.moment.rows == 3)
            let fromFile = DeltaFilter(hasher: hasher, index: snapshot.takeIndex(), mode: .delta)
            for user in knownUsers { #expect(judge(user, fromFile) == .skip) }
            await #expect(throws: IndexPlaceError.self) {
                _ = try await table.snapshot(hasher, in: IndexFolder("/nowhere", maximumAnonymousBytes: 0))
            }
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
            let snapshot = try await table.snapshot(hasher, in: IndexFolder("/tmp"))
            let filter = DeltaFilter(hasher: hasher, index: snapshot.takeIndex(), mode: .delta)
            // Newer than all of them but those of the end of time, which nothing is newer than.
            for name in ["b", "c", "d", "e"] {
                let user = TestUser(name: name, id: 1, email: "e", createdAt: 4_000_000_000_000_000, deleted: false)
                #expect(judge(user, filter) == .send)
            }
            #expect(try await table.prove(filter).touched == 0)
        }
    }
}
