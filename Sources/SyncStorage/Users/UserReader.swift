package import Postgres

/// Looks users up; changes nothing.
package struct UserReader: Sendable {
    private let connection: PostgresConnection

    package init(connection: PostgresConnection) {
        self.connection = connection
    }

    /// The user of that name, letter for letter; nil when there is none.
    package func user(named userName: String) async throws -> StoredUser? {
        // PostgreSQL's text holds no NUL, so nobody has such a name.
        guard !userName.utf8.contains(0) else { return nil }
        let result = try await connection.query(
            """
            SELECT id, legacy_id, user_name::text, email, legacy_created_at, created_at, updated_at, deleted, deleted_at,
                sync_id
            FROM users WHERE user_name = $1
            """, [.text(userName)])
        guard result.rowCount > 0 else { return nil }
        return StoredUser(
            id: try result.int8(row: 0, column: 0), legacyID: try result.int8(row: 0, column: 1),
            userName: try result.text(row: 0, column: 2), email: try result.text(row: 0, column: 3),
            legacyCreatedAt: try result.timestamptz(row: 0, column: 4),
            createdAt: try result.timestamptz(row: 0, column: 5), updatedAt: try result.timestamptz(row: 0, column: 6),
            deleted: try result.bool(row: 0, column: 7),
            deletedAt: try result.isNull(row: 0, column: 8) ? nil : result.timestamptz(row: 0, column: 8),
            syncID: try result.isNull(row: 0, column: 9) ? nil : result.int8(row: 0, column: 9))
    }
}
