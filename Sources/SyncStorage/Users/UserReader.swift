package import Postgres
import SyncCore

/// Looks users up; changes nothing.
package struct UserReader: Sendable {
    let connection: PostgresConnection

    package init(connection: PostgresConnection) {
        self.connection = connection
    }

    /// The user of that name, letter for letter; nil when there is none.
    package func user(named userName: String) async throws -> StoredUser? {
        // PostgreSQL's text holds no NUL, so nobody has such a name.
        guard !userName.utf8.contains(0) else { return nil }
        let result = try await connection.query(
            "SELECT \(Self.columns) FROM users WHERE user_name = $1", [.text(userName)])
        return try result.rows.first.map(Self.user)
    }

    /// What ``user(_:)`` reads.
    static let columns: SQL = "id, \(UserRowDecoder.columns), created_at, updated_at, deleted_at, sync_id"

    static func user(_ row: PostgresRow) throws -> StoredUser {
        StoredUser(
            id: try row.int8("id"), values: try UserField.all.map { try value(of: $0, in: row) },
            createdAt: try time("created_at", in: row),
            updatedAt: try time("updated_at", in: row),
            deletedAt: try time("deleted_at", in: row),
            syncID: try row.ifPresent("sync_id", row.int8))
    }

    /// - Returns: nil for NULL and for an infinite time, which only another program can have written.
    private static func time(_ column: String, in row: PostgresRow) throws -> Int64? {
        try row.ifPresent(column, row.finiteUTCTime) ?? nil
    }

    private static func value(of field: UserField, in row: PostgresRow) throws -> StoredUser.Value {
        guard try !row.isNull(field.column) else { return .null }
        return switch field.kind {
        case .integer: .integer(try row.int8(field.column))
        case .text: .text(try row.text(field.column))
        case .timestamp: try time(field.column, in: row).map { .timestamp($0) } ?? .null
        case .boolean: .boolean(try row.bool(field.column))
        }
    }
}
