import SyncCore
import SyncStorage
import TestSupport

/// The users whom the tests of the table as a whole start with.
let knownUsers = ["ana", "bia", "cid"].map {
    TestUser(name: $0, id: 1, email: "\($0)@example.com", createdAt: 1_700_000_000_000_000, deleted: $0 == "cid")
}

/// A table that holds ``knownUsers``, and what a new sync that overtook all others remembers of it.
/// - Parameter server: where the table is; nil: on the server that all tests share.
func withKnownUsers(
    on server: PostgresServer? = nil,
    _ body: (SyncDatabase, SyncSession, UserTable, DeltaFilter, UserTableSnapshot.Moment) async throws -> Void
) async throws {
    try await withDatabase(on: server) { database in
        _ = try await database.store.apply(try batch(1, 1, knownUsers))
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

/// What the filter says of a record of the stream.
func judge(_ user: TestUser, _ filter: DeltaFilter) -> DeltaFilter.Verdict {
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
