import Postgres
package import SyncCore

extension SyncLogReader {
    /// The syncs before one, newest first: the next page of ``history(limit:)``.
    /// - Parameters:
    ///   - before: only syncs with a lower id; nil for the newest.
    ///   - limit: rows at most, at least 1.
    package func history(before: Int64?, limit: Int) async throws -> [SyncLogEntry] {
        try await entries(
            "WHERE id < $2 ORDER BY id DESC LIMIT $1", [.int8(Int64(limit)), .int8(before ?? .max)])
    }

    /// The quarantined pieces behind an offset, in the order of the stream: the next page of ``rejects(of:limit:)``.
    /// - Parameters:
    ///   - after: only pieces that begin behind this byte; nil for the first.
    ///   - limit: rows at most, at least 1.
    package func rejects(of syncID: Int64, after: Int64?, limit: Int) async throws -> [StoredReject] {
        try await connection.query(
            """
            SELECT byte_offset, reason, excerpt FROM sync_rejects
            WHERE sync_id = $1 AND byte_offset > $2 ORDER BY byte_offset LIMIT $3
            """, [.int8(syncID), .int8(after ?? -1), .int8(Int64(limit))]
        ).rows.map { row in
            StoredReject(
                byteOffset: try row.int8("byte_offset"), reason: try row.text("reason"),
                excerpt: try row.text("excerpt"))
        }
    }

    /// How many syncs stand at each status; a status that no sync has is absent.
    package func countsByStatus() async throws -> [SyncStatus: Int] {
        let rows = try await connection.query(
            "SELECT status::text AS status, count(*) AS syncs FROM sync_logs GROUP BY status"
        ).rows
        var counts: [SyncStatus: Int] = [:]
        for row in rows {
            guard let status = SyncStatus(rawValue: try row.text("status")) else { continue }
            counts[status] = try row.int("syncs")
        }
        return counts
    }
}
