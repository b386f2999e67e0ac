package import Postgres
package import SyncCore

/// Reads SyncLog rows and what belongs to them; changes nothing but in ``resetStuckSyncs()``.
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
        let result = try await connection.query(
            "SELECT \(SyncLogSQL.columns) FROM sync_logs \(clauses)", parameters)
        return try (0..<result.rowCount).map { try Self.entry(result, row: $0) }
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
        let ledger = try await connection.execute(SyncLogSQL.liveLedger, [.int8(id)])
        var counters = entry.counters
        counters.batchesApplied = Int(try ledger.int8(row: 0, column: 0))
        counters.duplicates = counters.superseded + Int(try ledger.int8(row: 0, column: 1))
        counters.inserted = Int(try ledger.int8(row: 0, column: 2))
        counters.updated = Int(try ledger.int8(row: 0, column: 3))
        counters.unchanged = counters.skipped + Int(try ledger.int8(row: 0, column: 4))
        counters.newlyDeleted = Int(try ledger.int8(row: 0, column: 6))
        return SyncLogEntry(
            id: entry.id, status: entry.status, startedAt: entry.startedAt, finishedAt: nil, durationMilliseconds: nil,
            totalProcessed: try ledger.int8(row: 0, column: 5), errorMessage: nil, counters: counters)
    }

    /// The quarantined pieces of a sync in the order of the stream.
    /// - Parameter limit: rows at most, at least 1.
    package func rejects(of syncID: Int64, limit: Int) async throws -> [StoredReject] {
        let result = try await connection.query(
            """
            SELECT byte_offset, reason, excerpt FROM sync_rejects
            WHERE sync_id = $1 ORDER BY byte_offset LIMIT $2
            """, [.int8(syncID), .int8(Int64(limit))])
        return try (0..<result.rowCount).map { row in
            StoredReject(
                byteOffset: try result.int8(row: row, column: 0), reason: try result.text(row: row, column: 1),
                excerpt: try result.text(row: row, column: 2))
        }
    }

    /// How many pieces of a sync's stream were quarantined for each reason, the most frequent first.
    package func rejectSummary(of syncID: Int64) async throws -> [RejectGroup] {
        let result = try await connection.query(
            """
            SELECT reason, count(*), min(byte_offset) FROM sync_rejects
            WHERE sync_id = $1 GROUP BY reason ORDER BY count(*) DESC, reason
            """, [.int8(syncID)])
        return try (0..<result.rowCount).map { row in
            RejectGroup(
                reason: try result.text(row: row, column: 0), count: Int(try result.int8(row: row, column: 1)),
                firstByteOffset: try result.int8(row: row, column: 2))
        }
    }

    /// Marks every sync that is under way as FAILED.
    /// - Parameter force: also when an orchestrator is alive and at work on it; it notices and stops.
    /// - Returns: the ids of those marked.
    /// - Throws: ``SyncIsAliveError`` when one is alive, and nothing was forced.
    package func resetStuckSyncs(force: Bool = false) async throws -> [Int64] {
        try await connection.transaction { connection in
            // Held until the commit: no orchestrator can begin in between.
            let isFree = try await connection.query(
                "SELECT pg_try_advisory_xact_lock($1)", [.int8(AdvisoryLock.sync)]
            ).bool(row: 0, column: 0)
            guard isFree || force else {
                throw SyncIsAliveError(holder: try await LockHolder.find(on: connection))
            }
            let result = try await connection.query(SyncLogSQL.reset)
            return try (0..<result.rowCount).map { try result.int8(row: $0, column: 0) }
        }
    }

    static func entry(_ id: Int64, on connection: PostgresConnection) async throws -> SyncLogEntry? {
        let result = try await connection.query(
            "SELECT \(SyncLogSQL.columns) FROM sync_logs WHERE id = $1", [.int8(id)])
        return result.rowCount == 0 ? nil : try entry(result, row: 0)
    }

    private static func entry(_ result: PostgresResult, row: Int) throws -> SyncLogEntry {
        func optional<Value>(_ column: Int, _ read: (Int, Int) throws -> Value) throws -> Value? {
            try result.isNull(row: row, column: column) ? nil : read(row, column)
        }
        func count(_ column: Int) throws -> Int { Int(try result.int8(row: row, column: column)) }
        var counters = SyncCounters()
        counters.received = try count(7)
        counters.rejected = try count(8)
        counters.duplicates = try count(9)
        counters.inserted = try count(10)
        counters.updated = try count(11)
        counters.unchanged = try count(12)
        counters.batchesSent = try count(13)
        counters.batchesApplied = try count(14)
        counters.streamAttempts = try count(15)
        counters.streamBytes = try result.int8(row: row, column: 16)
        counters.skipped = try count(17)
        counters.superseded = try count(18)
        counters.newlyDeleted = try count(19)
        counters.missing = try optional(20, result.int8).map { Int($0) }
        counters.missingDeleted = try count(21)
        return SyncLogEntry(
            id: try result.int8(row: row, column: 0),
            status: SyncStatus(rawValue: try result.text(row: row, column: 1)) ?? .failed,
            startedAt: try result.timestamptz(row: row, column: 2),
            finishedAt: try optional(3, result.timestamptz),
            durationMilliseconds: try optional(4, result.int8),
            totalProcessed: try result.int8(row: row, column: 5),
            errorMessage: try optional(6, result.text),
            counters: counters)
    }
}
