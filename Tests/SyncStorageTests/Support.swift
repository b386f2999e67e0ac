import Logging
import Postgres
import SyncCore
import SyncStorage
import TestSupport

/// A migrated database with sync 1 under way.
struct SyncDatabase: Sendable {
    let configuration: PostgresConfiguration
    let connection: PostgresConnection
    let store: BatchStore

    /// How many sessions of this database wait for a lock.
    /// - Parameter event: the kind of lock, as `pg_stat_activity.wait_event` names it; nil for any.
    func waiting(_ event: String?) async throws -> Int64 {
        try await connection.query(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' AND coalesce(wait_event = $1::text, true)
            """, [event.map(PostgresValue.text) ?? .null]
        ).int8(row: 0, column: 0)
    }

    /// The users table, keyed by name.
    func users() async throws -> [String: TestUser] { try await storedUsers(on: connection) }
}

/// The rows of the users table that have a name, keyed by it.
func storedUsers(on connection: PostgresConnection) async throws -> [String: TestUser] {
    let result = try await connection.query(
        """
        SELECT user_name::text, legacy_id, email::text, legacy_created_at, deleted FROM users
        WHERE user_name IS NOT NULL
        """)
    var users: [String: TestUser] = [:]
    for row in result.rows {
        let user = TestUser(
            name: try row.text("user_name"), id: try row.int8("legacy_id"), email: try row.text("email"),
            createdAt: try row.utcTime("legacy_created_at"), deleted: try row.bool("deleted"))
        users[user.name] = user
    }
    return users
}

let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

/// - Parameter server: where the database is; nil: on the server that all tests share.
func withDatabase(
    on server: PostgresServer? = nil, _ body: (SyncDatabase) async throws -> Void
) async throws {
    let server = if let server { server } else { try await PostgresServer.shared() }
    let database = try await server.createDatabase()
    let configuration = PostgresConfiguration(connectionString: database.connectionString, applicationName: "test")
    let connection = try await PostgresConnection.connect(configuration, logger: silent)
    let pool = PostgresPool(configuration.forBatches, maximumConnections: 4, logger: silent)
    _ = try await Migrator(connection: connection, logger: silent).migrate()
    _ = try await connection.query("INSERT INTO sync_logs (status) VALUES ('RUNNING')")
    do {
        try await body(
            SyncDatabase(
                configuration: configuration, connection: connection, store: BatchStore(pool: pool)))
    } catch {
        await pool.close()
        await connection.close()
        try? await database.drop()
        throw error
    }
    await pool.close()
    await connection.close()
    try await database.drop()
}

struct TestUser: Equatable, Sendable {
    var name: String
    var id: Int64
    var email: String
    /// Microseconds since 1970.
    var createdAt: Int64
    var deleted: Bool

    static func random(names: Int, times: Int, using generator: inout some RandomNumberGenerator) -> TestUser {
        let name = "ü\t\"ser\\\(Int.random(in: 0..<names, using: &generator))"
        return TestUser(
            name: name, id: Int64.random(in: -5...5, using: &generator),
            email: "\(Int.random(in: 0..<3, using: &generator))@example.com",
            createdAt: Int64.random(in: 0..<Int64(times), using: &generator) * 86_400_000_001 - 86_400_000_000,
            deleted: Bool.random(using: &generator))
    }

    /// The rule, said plainly: the newest wins, on a tie the later one.
    func fold(into users: inout [String: TestUser]) {
        if let known = users[name], known.createdAt > createdAt { return }
        users[name] = self
    }
}

/// Takes users through the real encoder and decoder.
/// - Parameter new: who is presumed to be new.
func batch(_ syncID: Int64, _ number: Int64, _ users: [TestUser], new: (TestUser) -> Bool = { _ in false }) throws
    -> DecodedBatch
{
    var batcher = LaneBatcher(
        syncID: syncID, firstBatchNumber: number, lanes: .hashed(1), maximumUsers: users.count,
        maximumBodyBytes: 1 << 20)
    var sealed: Batch?
    for user in users {
        var (name, email) = (user.name, user.email)
        sealed = try name.withUTF8 { name in
            try email.withUTF8 { email in
                try batcher.append(
                    UserRecord(
                        legacyID: user.id, userName: UnsafeRawBufferPointer(name),
                        email: UnsafeRawBufferPointer(email), createdAt: user.createdAt, deleted: user.deleted,
                        offset: 0),
                    isNew: new(user))
            }
        }
    }
    guard let body = sealed?.body else { throw TestSupportError("the batch was not sealed") }
    return try MessageDecoder.decode(body)
}
