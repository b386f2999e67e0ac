package import Postgres
package import SyncCore

/// What the ledger and the sessions of a database say about the service's health. Needs the current schema.
package struct SyncFacts: Sendable, Equatable {
    /// The newest sync; nil when none has run.
    package var newest: SyncLogEntry?
    package var lastCompleted: SyncLogEntry?
    /// The orchestrator that is at work now.
    package var lockHolder: LockHolder?
    /// The longest that a batch of the last completed syncs took in the database; nil when that was not measured.
    package var slowestBatch: Duration?
    /// The longest of the last completed syncs.
    package var longestSync: Duration?
    /// Connections that workers hold now, whatever their role.
    package var workerConnections: Int

    package init(
        newest: SyncLogEntry? = nil, lastCompleted: SyncLogEntry? = nil, lockHolder: LockHolder? = nil,
        slowestBatch: Duration? = nil, longestSync: Duration? = nil, workerConnections: Int = 0
    ) {
        self.newest = newest
        self.lastCompleted = lastCompleted
        self.lockHolder = lockHolder
        self.slowestBatch = slowestBatch
        self.longestSync = longestSync
        self.workerConnections = workerConnections
    }

    package static func read(_ connection: PostgresConnection) async throws -> SyncFacts {
        let reader = SyncLogReader(connection: connection)
        let measured = try await connection.query(
            """
            WITH last AS (
                SELECT id, duration_ms FROM sync_logs WHERE status = 'COMPLETED' ORDER BY id DESC LIMIT 5
            )
            SELECT (SELECT max(b.apply_ms) FROM sync_batches AS b WHERE b.sync_id IN (SELECT id FROM last))::bigint,
                (SELECT max(duration_ms) FROM last)::bigint
            """)
        let workers = try await connection.query(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND strpos(application_name, 'user-sync worker') > 0
            """)
        func duration(_ column: Int) throws -> Duration? {
            try measured.isNull(row: 0, column: column) ? nil : .milliseconds(measured.int8(row: 0, column: column))
        }
        return SyncFacts(
            newest: try await reader.sync(), lastCompleted: try await reader.lastCompleted(),
            lockHolder: try await LockHolder.find(on: connection),
            slowestBatch: try duration(0), longestSync: try duration(1),
            workerConnections: Int(try workers.int8(row: 0, column: 0)))
    }
}
