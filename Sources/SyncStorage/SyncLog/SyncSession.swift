package import Logging
package import Postgres
package import SyncCore

/// One sync's hold on the database: the lock that makes it the only one, and its SyncLog row.
///
/// Both live on one connection, since the lock is the session's. When the connection breaks, the session connects again,
/// takes the lock again and goes on, for as long as patience allows and no newer sync has begun. All writes state absolute
/// values, so that one whose answer was lost can be repeated.
package struct SyncSession: Sendable {
    /// The id of the sync's SyncLog row.
    package let syncID: Int64
    let configuration: PostgresConfiguration
    let patience: Patience
    let logger: Logger
    let connection: LastingConnection

    private init(
        syncID: Int64, connection: PostgresConnection, configuration: PostgresConfiguration, patience: Patience,
        logger: Logger
    ) {
        self.syncID = syncID
        self.configuration = configuration
        self.patience = patience
        self.logger = logger
        self.connection = LastingConnection(
            connection, configuration: configuration, patience: patience, logger: logger,
            prepare: { try await Self.takeLockAgain($0, syncID: syncID) },
            isOutage: { $0 is LockStillHeld })
    }

    /// Takes the lock, marks leftovers of a sync that died as FAILED, and writes a new row, RUNNING.
    /// - Parameters:
    ///   - extraFields: what is synced beyond the five fields; must be what `migrate` has recorded.
    ///   - patience: for how long the database may be away, now and in each later outage.
    ///   - isTyped: a person at a terminal has typed the command: an unknown host and a refused login are final at once.
    /// - Throws: ``SyncSessionError/anotherSyncIsRunning``, ``SchemaError``, `ExtraFieldsError`, `PostgresError` or `OutageError`.
    package static func begin(
        _ configuration: PostgresConfiguration, extraFields: ExtraFields = .none, patience: Patience = Patience(),
        isTyped: Bool = false, logger: Logger
    ) async throws -> SyncSession {
        let configuration = configuration.forLocks
        // Once this call had the lock, it is its own lost session that may hold it still.
        var hadLock = false
        do {
            return try await patience.keepTrying(
                isOutage: { error in
                    error is LockStillHeld || (error as? PostgresError)?.isWaitedFor(isTyped: isTyped) == true
                },
                willRetry: { error, pause in
                    logger.warning(
                        "the database is away, the sync begins later",
                        metadata: ["error": "\(error)", "pause": "\(pause)"])
                }
            ) {
                let connection = try await PostgresConnection.connect(configuration, logger: logger)
                do {
                    try await connection.checkSession(configuration, logger: logger)
                    let migrator = Migrator(connection: connection, logger: logger)
                    try await migrator.requireCurrentSchema()
                    try await RecordedFields.require(extraFields, on: connection)
                    try await migrator.requireSuitableTables(extraFields)
                    guard try await takeLock(connection) else {
                        if hadLock { throw LockStillHeld() }
                        throw SyncSessionError.anotherSyncIsRunning
                    }
                    hadLock = true
                    let syncID = try await insertRow(connection, logger: logger)
                    return SyncSession(
                        syncID: syncID, connection: connection, configuration: configuration, patience: patience,
                        logger: logger)
                } catch {
                    await connection.close()
                    throw error
                }
            }
        } catch let error as OutageError where error.cause is LockStillHeld {
            throw SyncSessionError.anotherSyncIsRunning
        } catch let error as PostgresError where error.code == .cancelled {
            throw CancellationError()
        }
    }

    private static func insertRow(_ connection: PostgresConnection, logger: Logger) async throws -> Int64 {
        try await connection.transaction { connection in
            let interrupted = try await connection.query(SyncLogSQL.failInterrupted, [])
            if interrupted.affectedRows > 0 {
                logger.warning(
                    "an earlier sync had been interrupted: marked FAILED",
                    metadata: ["syncs": .stringConvertible(interrupted.affectedRows)])
            }
            return try await connection.query(SyncLogSQL.insertRunning, []).single().int8("id")
        }
    }

    /// Leaves each outage no more than `Patience.limitAfterStop` from now on: the program was told to stop.
    package func hurry() { connection.hurry() }

    /// Lets go of the database without ending the sync: the lock goes, the row stays as it is.
    package func abandon() async {
        await connection.close()
    }

    // MARK: Staying connected

    /// Runs an operation that may be repeated, for as long as patience allows.
    func run<Result: Sendable>(
        _ operation: @Sendable (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        try await connection.run(operation)
    }

    /// Takes the lock again after the connection was lost.
    /// - Throws: `LockStillHeld` while the lost session may hold it, since the server has not noticed yet;
    ///   ``SyncSessionError/lockLost(syncID:)`` once a newer sync has begun.
    private static func takeLockAgain(_ connection: PostgresConnection, syncID: Int64) async throws {
        let hasLock = try await takeLock(connection)
        let newest = try await connection.query("SELECT max(id) AS newest FROM sync_logs").single().int8("newest")
        guard newest == syncID else { throw SyncSessionError.lockLost(syncID: syncID) }
        guard hasLock else { throw LockStillHeld() }
    }

    private static func takeLock(_ connection: PostgresConnection) async throws -> Bool {
        try await connection.query("SELECT pg_try_advisory_lock($1) AS taken", [.int8(AdvisoryLock.sync)])
            .single().bool("taken")
    }

    /// All updates of the row are conditional on its being under way: a sync that was reset must not come back to life.
    static func expectUnderWay(_ result: PostgresResult, syncID: Int64) throws {
        guard result.affectedRows == 1 else { throw SyncSessionError.endedElsewhere(syncID: syncID) }
    }
}

/// The sync's lock is held, and no newer sync has begun: it is the session that was lost, until the server notices.
private struct LockStillHeld: Error, CustomStringConvertible {
    var description: String { "the server still holds the lock for the session that was lost" }
}
