import Postgres
import SyncCore
import TestSupport
import Testing

@testable import SyncStorage

/// A database with tables of another program, migrated or not.
struct TakenOverDatabase: Sendable {
    let database: TestDatabase
    let configuration: PostgresConfiguration
    let connection: PostgresConnection
    let store: BatchStore

    func query(_ sql: String) async throws { try await database.query(sql) }

    /// Migrates, and writes the row of a sync under way.
    func beginSync() async throws -> Int64 {
        _ = try await Migrator(connection: connection, logger: silent).migrate()
        return try await connection.query("INSERT INTO sync_logs (status) VALUES ('RUNNING') RETURNING id").single()
            .int8(
                "id")
    }

    /// Every column of both tables with its type, length and rules, and every index.
    func columns() async throws -> Set<String> {
        let result = try await connection.query(
            """
            SELECT format('%s %s %s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull,
                (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = attrelid AND adnum = attnum)) AS line
            FROM pg_attribute
            WHERE attrelid IN (to_regclass('users'), to_regclass('sync_logs')) AND attnum > 0 AND NOT attisdropped
            UNION ALL
            SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = to_regclass('users')
            """)
        return Set(try result.rows.map { try $0.text("line") })
    }

    /// Runs a sync of these users, once as the delta sees them and once in full, and holds table and counts against them.
    func expect(_ users: [TestUser], inserted: Int, updated: Int? = nil) async throws {
        let session = try await SyncSession.begin(configuration, logger: silent)
        try await session.overtake()
        try await session.beginAttempt(1, firstBatch: 1)
        let table = UserTable(configuration, logger: silent)
        let hasher = UserHasher()
        let snapshot = try await table.snapshot(hasher, in: IndexFolder("/tmp"))
        let filter = DeltaFilter(hasher: hasher, index: snapshot.takeIndex(), mode: .delta)
        let skipped = users.count { judge($0, filter) == .skip }
        if let updated { #expect(skipped == users.count - inserted - updated, "the delta sends what changed") }

        try await session.reserveBatches(upTo: 1)
        let outcome = try await store.apply(try batch(session.syncID, 1, users))
        let written = updated ?? users.count - inserted
        #expect(
            outcome
                == .applied(
                    .init(
                        duplicates: 0, inserted: inserted, updated: written,
                        unchanged: users.count - inserted - written)))
        var counters = SyncCounters()
        (counters.received, counters.batchesSent) = (users.count, 1)
        try await storeVerdict(session, configuration)
        try await session.streamCompleted(counters, usersSent: users.count)
        let entry = try await session.complete()
        #expect(entry.status == .completed && entry.durationMilliseconds.map { $0 < 600_000 } == true)
        #expect(try await storedUsers(on: connection) == Dictionary(uniqueKeysWithValues: users.map { ($0.name, $0) }))
    }
}

/// - Parameters:
///   - timeZone: what the database gives its sessions.
///   - encoding: of the database.
func withTables(
    _ sql: String, timeZone: String = "UTC", encoding: String = "UTF8", _ body: (TakenOverDatabase) async throws -> Void
) async throws {
    let server = try await PostgresServer.shared()
    let database = try await server.createDatabase(encoding: encoding)
    try await database.query("ALTER DATABASE \(database.name) SET TimeZone = '\(timeZone)'")
    try await database.query(sql)
    let configuration = PostgresConfiguration(connectionString: database.connectionString, applicationName: "test")
    try await PostgresConnection.withConnection(configuration, logger: silent) { connection in
        try await PostgresPool.withPool(configuration.forBatches, maximumConnections: 4, logger: silent) { pool in
            try await body(
                TakenOverDatabase(
                    database: database, configuration: configuration, connection: connection,
                    store: BatchStore(pool: pool)))
        }
    }
    try await database.drop()
}
