package import Postgres
package import SyncCore

/// Reads SyncLog rows and what belongs to them. ``SyncLogTable`` writes.
package struct SyncLogReader: Sendable {
    let connection: PostgresConnection

    package init(connection: PostgresConnection) {
        self.connection = connection
    }

    /// The newest syncs, newest first.
    /// - Parameter limit: rows at most, at least 1.
    package func history(limit: Int) async throws -> [SyncLogEntry] {
        try await entries("ORDER BY id DESC LIMIT $1", [.int8(Int64(limit))])
    }

    /// The rows that the rest of a SELECT statement picks.
    func entries(_ clauses: SQL, _ parameters: [PostgresValue] = []) async throws -> [SyncLogEntry] {
        try await connection.query("SELECT \(SyncLogSQL.columns) FROM sync_logs \(clauses)", parameters)
            .rows.map(Self.entry)
    }

    /// The newest sync that completed; nil when none ever did.
    package func lastCompleted() async throws -> SyncLogEntry? {
        try await entries("WHERE status = 'COMPLETED' ORDER BY id DESC LIMIT 1").first
    }

    /// One sync; for one under way the counters that only its end writes are read from the ledger.
    /// - Parameter id: nil for the newest.
    package func sync(_ id: Int64? = nil) async throws -> SyncLogEntry? {
        guard let id else {
            guard let newest = try await history(limit: 1).first else { return nil }
            return try await sync(newest.id)
        }
        guard let entry = try await Self.entry(id, on: connection) else { return nil }
        guard !entry.status.isFinal else { return entry }
        let ledger = try await connection.execute(SyncLogSQL.liveLedger, [.int8(id)]).single()
        var counters = entry.counters
        counters.batchesApplied = try ledger.int("batches")
        counters.duplicates = counters.superseded + (try ledger.int("duplicates"))
        counters.inserted = try ledger.int("inserted")
        counters.updated = try ledger.int("updated")
        counters.unchanged = counters.skipped + (try ledger.int("unchanged"))
        counters.newlyDeleted = try ledger.int("newly_deleted")
        counters.refused = try ledger.int("refused")
        counters.tiesLost = try ledger.int("ties_lost")
        return SyncLogEntry(
            id: entry.id, status: entry.status, startedAt: entry.startedAt, finishedAt: nil, durationMilliseconds: nil,
            totalProcessed: try ledger.int8("users"), errorMessage: nil, counters: counters,
            sourceChanges: entry.sourceChanges)
    }

    /// The quarantined pieces of a sync in the order of the stream.
    /// - Parameter limit: rows at most, at least 1.
    package func rejects(of syncID: Int64, limit: Int) async throws -> [StoredReject] {
        try await rejects(of: syncID, after: nil, limit: limit)
    }

    /// How many pieces of a sync's stream were quarantined for each reason, the most frequent first.
    package func rejectSummary(of syncID: Int64) async throws -> [RejectGroup] {
        try await connection.query(
            """
            SELECT reason, count(*) AS pieces, min(byte_offset) AS first_offset FROM sync_rejects
            WHERE sync_id = $1 GROUP BY reason ORDER BY count(*) DESC, reason
            """, [.int8(syncID)]
        ).rows.map { row in
            RejectGroup(
                reason: try row.text("reason"), count: try row.int("pieces"),
                firstByteOffset: try row.int8("first_offset"))
        }
    }

    static func entry(_ id: Int64, on connection: PostgresConnection) async throws -> SyncLogEntry? {
        try await connection.query("SELECT \(SyncLogSQL.columns) FROM sync_logs WHERE id = $1", [.int8(id)])
            .rows.first.map(entry)
    }

    private static func entry(_ row: PostgresRow) throws -> SyncLogEntry {
        var counters = SyncCounters()
        counters.received = try row.int("received")
        counters.rejected = try row.int("rejected")
        counters.duplicates = try row.int("duplicates")
        counters.inserted = try row.int("inserted")
        counters.updated = try row.int("updated")
        counters.unchanged = try row.int("unchanged")
        counters.batchesSent = try row.int("batches_sent")
        counters.batchesApplied = try row.int("batches_applied")
        counters.streamAttempts = try row.int("stream_attempts")
        counters.streamBytes = try row.int8("stream_bytes")
        counters.refused = try row.int("refused")
        counters.tiesLost = try row.int("ties_lost")
        counters.newer = try row.ifPresent("newer", row.int)
        counters.newerByMinutes = try row.ifPresent("newer_by_minutes", row.int)
        counters.skipped = try row.int("skipped")
        counters.superseded = try row.int("superseded")
        counters.newlyDeleted = try row.int("newly_deleted")
        counters.missing = try row.ifPresent("missing", row.int)
        counters.missingDeleted = try row.int("missing_deleted")
        return SyncLogEntry(
            id: try row.int8("id"), status: SyncStatus(rawValue: try row.text("status")) ?? .failed,
            startedAt: try row.utcTime("started_at"), finishedAt: try row.ifPresent("finished_at", row.utcTime),
            durationMilliseconds: try row.ifPresent("duration_ms", row.int8),
            totalProcessed: try row.int8("total_processed"),
            errorMessage: try row.ifPresent("error_message", row.text), counters: counters,
            sourceChanges: try row.ifPresent("source_changes", row.text))
    }
}
