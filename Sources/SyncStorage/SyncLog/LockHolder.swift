package import Postgres

/// Who holds the lock that makes a sync the only one: a live orchestrator.
package struct LockHolder: Sendable, Equatable {
    /// The server's process of its connection, as in `pg_stat_activity.pid`.
    package let serverProcessID: Int64
    /// `user-sync orchestrator`, unless it was given another name; empty when this role may not see it.
    package let applicationName: String
    /// The address it connected from; empty for a local socket, or when this role may not see it.
    package let clientAddress: String

    /// - Returns: nil when no orchestrator is connected to this database with the lock.
    package static func find(on connection: PostgresConnection) async throws -> LockHolder? {
        // A bigint key stands in pg_locks as its two halves: https://www.postgresql.org/docs/current/view-pg-locks.html
        try await connection.query(
            """
            SELECT l.pid, coalesce(a.application_name, '') AS application, coalesce(host(a.client_addr), '') AS address
            FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
            WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND l.classid = $1::bigint::oid AND l.objid = $2::bigint::oid
            LIMIT 1
            """, [.int8(AdvisoryLock.sync >> 32), .int8(AdvisoryLock.sync & 0xFFFF_FFFF)]
        ).rows.first.map { row in
            LockHolder(
                serverProcessID: try row.int8("pid"), applicationName: try row.text("application"),
                clientAddress: try row.text("address"))
        }
    }
}

extension LockHolder: CustomStringConvertible {
    package var description: String {
        var text = applicationName.isEmpty ? "an orchestrator" : applicationName
        if !clientAddress.isEmpty { text += " at \(clientAddress)" }
        return text + " (database process \(serverProcessID))"
    }
}

/// A sync that was to be reset is not stuck: its orchestrator is alive.
package struct SyncIsAliveError: Error, Equatable, CustomStringConvertible {
    /// nil when it let go of the lock in the same moment.
    package let holder: LockHolder?

    package var description: String {
        "a sync is under way and its orchestrator is alive: \(holder.map { "\($0)" } ?? "it holds the sync's lock"). "
            + "Stop that program instead (SIGTERM: it marks its sync FAILED), or use --force: it then notices and stops"
    }
}
