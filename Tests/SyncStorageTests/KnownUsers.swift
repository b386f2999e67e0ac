import Postgres
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
        try await session.reserveBatches(upTo: 64)
        let table = UserTable(database.configuration, logger: silent)
        let hasher = UserHasher()
        let snapshot = try await table.snapshot(hasher, in: IndexFolder("/tmp"))
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

extension SyncDatabase {
    /// Ends the stream of a sync as one that may mark any number of missing users, and marks them.
    /// - Parameter missedBefore: whom the complete stream before did not name either.
    func markMissing(
        _ table: UserTable, _ filter: DeltaFilter, _ session: SyncSession, missedBefore names: [String]
    ) async throws {
        _ = try await connection.query("UPDATE sync_logs SET verdict = 'complete' WHERE id = 1")
        for name in names {
            _ = try await connection.query(
                "INSERT INTO sync_missing (sync_id, user_name, again) VALUES (1, $1, false)", [.text(name)])
        }
        let verdict = SyncVerdict(
            missing: filter.missingUsers, live: filter.liveUsers, damagedRecords: 0,
            policy: MissingUsersPolicy(action: .softDelete, maximumPercent: 100))
        _ = try await table.store(verdict, filter, counters: SyncCounters(), syncID: session.syncID)
        try await table.markMissedAgain(filter, syncID: session.syncID)
    }

    /// Stores the verdict of a sync with which nothing is wrong.
    func storeVerdict(_ session: SyncSession) async throws {
        try await SyncStorageTests.storeVerdict(session, configuration)
    }
}

/// Stores the verdict of a sync with which nothing is wrong.
func storeVerdict(
    _ session: SyncSession, _ configuration: PostgresConfiguration, _ patience: Patience = Patience()
) async throws {
    let verdict = SyncVerdict(
        missing: 0, live: 0, damagedRecords: 0, policy: MissingUsersPolicy(action: .keep, maximumPercent: 5))
    _ = try await UserTable(configuration, patience: patience, logger: silent).store(
        verdict, nil, counters: SyncCounters(), syncID: session.syncID)
}
