import Postgres
import SyncCore

/// Gives `users` the columns of the extra fields and records them: a part of `migrate`, in its transaction.
enum FieldRecorder {
    /// - Returns: what was done, each as a clause; empty when all was there.
    static func record(_ fields: ExtraFields, on connection: PostgresConnection) async throws -> [String] {
        let users = try await ExistingTable.read("users", on: connection)
        var done: [String] = []
        for field in fields.fields where users?.column(field.column) == nil {
            _ = try await connection.query("ALTER TABLE users ADD COLUMN \(field.sql) \(field.sqlType)")
            done.append("users.\(field.column) added")
        }
        let recorded = try await RecordedFields.inUse(connection)
        guard recorded != fields else { return done }
        var columns = PostgresArray(of: .text)
        var keys = PostgresArray(of: .text)
        var types = PostgresArray(of: .text)
        for field in fields.fields {
            columns.append(field.column)
            keys.append(field.jsonKey)
            types.append(field.kind.rawValue)
        }
        _ = try await connection.query(leaveOut, [.array(columns)])
        _ = try await connection.query(enter, [.array(columns), .array(keys), .array(types)])
        let kept = Set(fields.fields.map(\.column))
        for field in recorded.fields where !kept.contains(field.column) {
            done.append("users.\(field.column) is no longer synced, and stays as it is")
        }
        done.append("SYNC_EXTRA_FIELDS recorded")
        return done
    }

    private static let leaveOut: SQL = """
        UPDATE sync_fields SET place = NULL WHERE place IS NOT NULL AND column_name <> ALL ($1::text[])
        """

    private static let enter: SQL = """
        INSERT INTO sync_fields (column_name, json_key, type, place)
        SELECT column_name, json_key, type, place
        FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS f (column_name, json_key, type, place)
        ON CONFLICT (column_name) DO UPDATE
            SET json_key = excluded.json_key, type = excluded.type, place = excluded.place, recorded_at = now()
        """
}
