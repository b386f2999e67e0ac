package import Postgres

/// Writes rows of `sync_logs` from outside the sync that they belong to: completes and resets. ``SyncLogReader`` only reads.
package struct SyncLogTable: Sendable {
    private let connection: PostgresConnection

    package init(connection: PostgresConnection) {
        self.connection = connection
    }

    /// Makes a sync COMPLETED that failed only because batches were missing, when the ledger now holds exactly what it sent.
    /// - Returns: whether it was completed now.
    package func complete(_ syncID: Int64) async throws -> Bool {
        try await Self.complete(syncID, on: connection)
    }

    /// The one place where a sync becomes COMPLETED.
    /// - Returns: false when the sync is neither under way nor waiting for batches, when the ledger does not hold exactly what was sent,
    ///   or when the verdict on its stream does not allow it.
    static func complete(_ syncID: Int64, on connection: PostgresConnection) async throws -> Bool {
        // Without the lock at first: workers that apply batches must not be waited for only to find that batches are missing.
        guard try await !connection.query(SyncLogSQL.isComplete, [.int8(syncID)]).rows.isEmpty else { return false }
        return try await connection.transaction { connection in
            // Longer than a worker's statement can take.
            _ = try await connection.query("SET LOCAL lock_timeout = '90s'")
            _ = try await connection.query(SyncLogSQL.holdBatches, [.int8(syncID)])
            return try await connection.query(SyncLogSQL.complete, [.int8(syncID)]).affectedRows == 1
        }
    }

    /// Those of some syncs that ended FAILED only because batches were missing: ``complete(_:)`` completes them once these are applied.
    /// A sync that a newer one has overtaken is not among them, nor is one that was interrupted or reset, nor one that had users to mark
    /// as deleted.
    package func awaitingBatches(among syncIDs: Set<Int64>) async throws -> Set<Int64> {
        try await those(of: syncIDs, SyncLogSQL.awaitingBatches)
    }

    /// Those of some syncs that are COMPLETED.
    package func completed(among syncIDs: Set<Int64>) async throws -> Set<Int64> {
        try await those(of: syncIDs, SyncLogSQL.completed)
    }

    /// Those of some syncs, given as $1, that a statement picks.
    private func those(of syncIDs: Set<Int64>, _ statement: SQL) async throws -> Set<Int64> {
        guard !syncIDs.isEmpty else { return [] }
        var ids = PostgresArray(of: .int8, capacity: syncIDs.count)
        for id in syncIDs.sorted() { ids.append(id) }
        return Set(try await connection.query(statement, [.array(ids)]).rows.map { try $0.int8("id") })
    }

    /// The newest sync, when it awaits batches, as ``awaitingBatches(among:)`` has it.
    package func newestAwaitingBatches() async throws -> Int64? {
        try await connection.query(SyncLogSQL.newestAwaitingBatches).rows.first?.int8("id")
    }

    /// Marks every sync that is under way as FAILED.
    /// - Parameter force: also when an orchestrator is alive and at work on it; it notices and stops.
    /// - Returns: the ids of those marked.
    /// - Throws: ``SyncIsAliveError`` when one is alive, and nothing was forced.
    package func resetStuckSyncs(force: Bool = false) async throws -> [Int64] {
        try await connection.transaction { connection in
            // Held until the commit: no orchestrator can begin in between.
            let isFree = try await connection.query(
                "SELECT pg_try_advisory_xact_lock($1) AS is_free", [.int8(AdvisoryLock.sync)]
            ).single().bool("is_free")
            guard isFree || force else {
                throw SyncIsAliveError(holder: try await LockHolder.find(on: connection))
            }
            return try await connection.query(SyncLogSQL.reset).rows.map { try $0.int8("id") }
        }
    }
}
