package import Postgres

/// Reads which users the database refused; changes nothing.
package struct RefusalReader: Sendable {
    private let connection: PostgresConnection

    package init(connection: PostgresConnection) {
        self.connection = connection
    }

    /// The refused users of a sync by name; one that was refused in several batches stands for the last of them.
    /// - Parameter limit: rows at most, at least 1.
    package func refusals(of syncID: Int64, limit: Int) async throws -> [RefusedUser] {
        let result = try await connection.query(
            """
            SELECT DISTINCT ON (user_name COLLATE "C") user_name, batch_number, sqlstate, constraint_name, message
            FROM sync_refusals WHERE sync_id = $1
            ORDER BY user_name COLLATE "C", batch_number DESC LIMIT $2
            """, [.int8(syncID), .int8(Int64(limit))])
        return try result.rows.map { row in
            RefusedUser(
                userName: try row.text("user_name"), batchNumber: try row.int8("batch_number"),
                sqlState: try row.text("sqlstate"), constraint: try row.ifPresent("constraint_name", row.text),
                message: try row.text("message"))
        }
    }

    /// How many users of a sync were refused for each cause, the most frequent first.
    package func summary(of syncID: Int64) async throws -> [RefusalGroup] {
        let result = try await connection.query(
            """
            SELECT sqlstate, constraint_name, count(DISTINCT user_name) AS users FROM sync_refusals
            WHERE sync_id = $1 GROUP BY sqlstate, constraint_name ORDER BY users DESC, sqlstate, constraint_name
            """, [.int8(syncID)])
        return try result.rows.map { row in
            RefusalGroup(
                sqlState: try row.text("sqlstate"), constraint: try row.ifPresent("constraint_name", row.text),
                count: try row.int("users"))
        }
    }
}
