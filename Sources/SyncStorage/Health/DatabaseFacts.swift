package import Postgres

/// What a database says about itself and about this role; reading it changes nothing.
package struct DatabaseFacts: Sendable, Equatable {
    /// For people, such as `17.6`.
    package var serverVersion: String
    /// For comparisons: major version × 10 000 + minor version.
    package var serverVersionNumber: Int
    /// A standby, or a database that only allows reading.
    package var isReadOnly: Bool
    /// The server's clock, in microseconds since 1970.
    package var clock: Int64
    /// The version of our schema; 0 when there is none.
    package var schemaVersion: Int32
    /// What an orchestrator does with tables that exist, and this role may not, such as `INSERT on sync_logs`.
    package var missingPrivileges: [String]

    package init(
        serverVersion: String, serverVersionNumber: Int, isReadOnly: Bool, clock: Int64, schemaVersion: Int32,
        missingPrivileges: [String]
    ) {
        self.serverVersion = serverVersion
        self.serverVersionNumber = serverVersionNumber
        self.isReadOnly = isReadOnly
        self.clock = clock
        self.schemaVersion = schemaVersion
        self.missingPrivileges = missingPrivileges
    }

    /// - Parameter softDeletes: whether the orchestrator marks users as deleted that are missing, and so must be allowed to.
    package static func read(_ connection: PostgresConnection, softDeletes: Bool) async throws -> DatabaseFacts {
        let server = try await connection.query(
            """
            SELECT current_setting('server_version'), current_setting('server_version_num')::bigint,
                pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean,
                (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
            """)
        let privileges = try await connection.query(Self.missingPrivilegesSQL)
        var missingPrivileges = try (0..<privileges.rowCount).map { try privileges.text(row: $0, column: 0) }
        if softDeletes {
            let columns = try await connection.query(Self.missingColumnsSQL)
            missingPrivileges += try (0..<columns.rowCount).map { try columns.text(row: $0, column: 0) }
        }
        return DatabaseFacts(
            serverVersion: try server.text(row: 0, column: 0),
            serverVersionNumber: Int(try server.int8(row: 0, column: 1)),
            isReadOnly: try server.bool(row: 0, column: 2), clock: try server.int8(row: 0, column: 3),
            schemaVersion: try await Migrator.installedVersion(connection),
            missingPrivileges: missingPrivileges)
    }

    /// What the orchestrator does with each table, as in infra/sql/grants.sql; a worker's role is another one.
    private static let missingPrivilegesSQL: SQL = """
        SELECT p.privilege || ' on ' || p.name
        FROM (VALUES
            ('users', 'SELECT'), ('sync_batches', 'SELECT'), ('sync_migrations', 'SELECT'),
            ('sync_logs', 'SELECT'), ('sync_logs', 'INSERT'), ('sync_logs', 'UPDATE'),
            ('sync_rejects', 'SELECT'), ('sync_rejects', 'INSERT'), ('sync_rejects', 'DELETE'),
            ('sync_batch_failures', 'SELECT'), ('sync_batch_failures', 'INSERT'),
            ('sync_batch_failures', 'UPDATE'), ('sync_batch_failures', 'DELETE')
        ) AS p (name, privilege)
        WHERE to_regclass(p.name) IS NOT NULL AND NOT has_table_privilege(to_regclass(p.name), p.privilege)
        ORDER BY p.name, p.privilege
        """

    /// The columns of users that a soft delete writes, as in infra/sql/grants.sql, and that this role may not.
    private static let missingColumnsSQL: SQL = """
        SELECT 'UPDATE (' || attname || ') on users'
        FROM pg_attribute
        WHERE attrelid = to_regclass('users') AND attname IN ('deleted', 'deleted_at', 'updated_at', 'sync_id')
            AND NOT has_column_privilege(attrelid, attnum, 'UPDATE')
        ORDER BY attnum
        """
}
