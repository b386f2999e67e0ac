package import Postgres
package import SyncCore

/// The extra fields that `orchestrator migrate` has recorded in `sync_fields`.
///
/// Only the owner of the tables writes there. So neither a message nor the orchestrator's role can name another column of `users`.
package enum RecordedFields {
    /// The fields in use, in the order of the setting.
    package nonisolated(nonsending) static func inUse(_ connection: PostgresConnection) async throws -> ExtraFields {
        let rows = try await connection.query(
            "SELECT column_name, json_key, type FROM sync_fields WHERE place IS NOT NULL ORDER BY place"
        ).rows
        return ExtraFields(try rows.compactMap(Self.field))
    }

    /// Every field that was ever recorded: a batch that waits may carry one that is no longer in use.
    nonisolated(nonsending) static func all(_ connection: PostgresConnection) async throws -> [UserField] {
        try await connection.query("SELECT column_name, json_key, type FROM sync_fields").rows.compactMap(Self.field)
    }

    /// Checks that a setting names what is recorded, in any order.
    /// - Throws: `ExtraFieldsError` saying that `migrate` must run.
    package nonisolated(nonsending) static func require(
        _ fields: ExtraFields, on connection: PostgresConnection
    ) async throws {
        guard let difference = difference(fields, recorded: try await inUse(connection)) else { return }
        throw ExtraFieldsError(
            "differs from the fields recorded in the database: \(difference). "
                + "Nothing was touched: correct the setting, or run 'orchestrator migrate' with it")
    }

    /// In what a setting differs from what is recorded, as a clause; nil when both have the same fields, in any order.
    package static func difference(_ setting: ExtraFields, recorded: ExtraFields) -> String? {
        let (wanted, found) = (Set(setting.fields), Set(recorded.fields))
        func names(_ fields: Set<UserField>) -> String {
            fields.map { "\($0.jsonKey):\($0.kind.rawValue):\($0.column)" }.sorted().joined(separator: ",")
        }
        var differences: [String] = []
        let (added, removed) = (wanted.subtracting(found), found.subtracting(wanted))
        if !added.isEmpty { differences.append("only the setting has \(names(added))") }
        if !removed.isEmpty { differences.append("only the database has \(names(removed))") }
        return differences.isEmpty ? nil : differences.joined(separator: ", ")
    }

    /// - Returns: nil for a type that only a newer release knows.
    private static func field(_ row: PostgresRow) throws -> UserField? {
        guard let kind = UserField.Kind(rawValue: try row.text("type")) else { return nil }
        return UserField(extra: try row.text("json_key"), column: try row.text("column_name"), kind: kind)
    }
}
