package import Postgres
package import SyncCore

/// Looks users up; changes nothing.
package struct UserReader: Sendable {
    let connection: PostgresConnection
    /// What is read beyond the five fields.
    package let extraFields: ExtraFields

    package init(connection: PostgresConnection, extraFields: ExtraFields = .none) {
        self.connection = connection
        self.extraFields = extraFields
    }

    /// A reader of all fields that are in use now.
    package nonisolated(nonsending) static func reading(
        _ connection: PostgresConnection
    ) async throws -> UserReader {
        UserReader(connection: connection, extraFields: try await RecordedFields.inUse(connection))
    }

    /// The user of that name, letter for letter; nil when there is none.
    package func user(named userName: String) async throws -> StoredUser? {
        // PostgreSQL's text holds no NUL, so nobody has such a name.
        guard !userName.utf8.contains(0) else { return nil }
        do {
            return try await connection.query(
                "SELECT \(Self.columns(extraFields)) FROM users WHERE user_name = $1", [.text(userName)]
            ).rows.first.map(user)
        } catch let error as PostgresError where error.meansUnwritable {
            // The same in a database whose encoding lacks one of the characters.
            return nil
        }
    }

    /// What ``user(_:)`` reads.
    static func columns(_ extraFields: ExtraFields) -> SQL {
        let fields = SQL.list(extraFields.all.map { "\($0.readable) AS \($0.sql)" })
        return "id, \(fields), created_at, updated_at, deleted_at, sync_id"
    }

    func user(_ row: PostgresRow) throws -> StoredUser {
        StoredUser(
            id: try row.int8("id"), values: try UserField.all.map { try Self.value(of: $0, in: row) },
            extras: try extraFields.fields.map { .init(column: $0.column, value: try Self.value(of: $0, in: row)) },
            createdAt: try Self.time("created_at", in: row),
            updatedAt: try Self.time("updated_at", in: row),
            deletedAt: try Self.time("deleted_at", in: row),
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
        case .number: .number(try row.text(field.column))
        case .timestamp: try time(field.column, in: row).map { .timestamp($0) } ?? .null
        case .boolean: .boolean(try row.bool(field.column))
        }
    }
}
