package import Postgres
import SyncCore

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
            SELECT id, \(UserRowDecoder.columns), created_at, updated_at, deleted_at, sync_id
            FROM users WHERE user_name = $1
            """, [.text(userName)])
        guard let row = result.rows.first else { return nil }
        return StoredUser(
            id: try row.int8("id"), values: try UserField.all.map { try Self.value(of: $0, in: row) },
            createdAt: try row.ifPresent("created_at", row.utcTime),
            updatedAt: try row.ifPresent("updated_at", row.utcTime),
            deletedAt: try row.ifPresent("deleted_at", row.utcTime),
            syncID: try row.ifPresent("sync_id", row.int8))
    }

    private static func value(of field: UserField, in row: PostgresRow) throws -> StoredUser.Value {
        guard try !row.isNull(field.column) else { return .null }
        return switch field.kind {
        case .integer: .integer(try row.int8(field.column))
        case .text: .text(try row.text(field.column))
        case .timestamp: .timestamp(try row.timestamptz(field.column))
        case .boolean: .boolean(try row.bool(field.column))
        }
    }
}
