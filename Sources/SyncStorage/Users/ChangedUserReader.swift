package import Postgres

/// Finds the users that a sync wrote last, by one pass over the table: there is no index on `users.sync_id`, which every write would
/// have to pay for.
package struct ChangedUserReader: Sendable {
    private let connection: PostgresConnection

    package init(connection: PostgresConnection) {
        self.connection = connection
    }

    /// Streams the users whose rows a sync wrote last, in no particular order, into a sink; at any time some 64 KiB of them are in
    /// memory. A user whom a later sync wrote again is that one's.
    /// - Returns: how many there are.
    package nonisolated(nonsending) func read<Sink: ChangedUserSink>(
        of syncID: Int64, into sink: inout Sink
    ) async throws -> Int {
        try await connection.transaction { connection in
            // COPY takes no parameters; a setting of the transaction is one.
            _ = try await connection.query(
                "SELECT set_config('user_sync.changed_by', $1, true)", [.text("\(syncID)")])
            var reader = BinaryCopyReader(fieldCount: 2)
            let count = try await connection.copyOut(Self.copy) { chunk in
                try reader.rows(of: chunk) { fields in
                    guard let userName = try fields.next() else {
                        throw UserTableError.unreadable("a user without a name")
                    }
                    guard let change = try fields.next().flatMap(Self.change) else {
                        throw UserTableError.unreadable("an unknown kind of change")
                    }
                    try sink.receive(ChangedUser(userName: userName, change: change))
                }
                try await sink.flush()
            }
            try await sink.flush()
            return count
        }
    }

    private static func change(_ field: UnsafeRawBufferPointer) -> UserChange? {
        String(validating: field, as: UTF8.self).flatMap(UserChange.init)
    }

    /// A row that is as old as the sync, or that has not been written since it came into being, is new; the second holds also where
    /// the server's clock was set back.
    private static let copy: SQL = """
        COPY (
            SELECT users.user_name::text,
                CASE
                    WHEN users.created_at >= sync.started_at OR users.created_at = users.updated_at THEN 'inserted'
                    WHEN users.deleted AND users.deleted_at >= sync.started_at THEN 'newly_deleted'
                    ELSE 'updated'
                END
            FROM users JOIN sync_logs AS sync ON sync.id = users.sync_id
            WHERE users.sync_id = (SELECT current_setting('user_sync.changed_by')::bigint)
        ) TO STDOUT (FORMAT binary)
        """
}
