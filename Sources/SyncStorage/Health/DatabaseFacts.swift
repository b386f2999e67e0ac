package import Postgres

/// What a database says about itself and about this role; reading it changes nothing.
package struct DatabaseFacts: Sendable, Equatable {
    /// For people, such as `17.6`.
    package var serverVersion: String
    /// For comparisons: major version × 10 000 + minor version.
    package var serverVersionNumber: Int
    /// Why nothing can be written; nil when it can.
    package var readOnlyCause: ReadOnlyCause?
    /// The server's clock, in microseconds since 1970.
    package var clock: Int64
    /// The version of our schema; 0 when there is none.
    package var schemaVersion: Int32
    /// What an orchestrator does with tables that exist, and this role may not, such as `INSERT on sync_logs`.
    package var missingPrivileges: [String]
    /// What makes tables of this database unusable, each as a clause (``TableRequirement/refusals(_:)``).
    package var unsuitableTables: [String]
    /// What is narrower than the source may need, each as a clause: users who do not fit are set aside.
    package var narrowColumns: [String]

    package init(
        serverVersion: String, serverVersionNumber: Int, readOnlyCause: ReadOnlyCause?, clock: Int64,
        schemaVersion: Int32, missingPrivileges: [String], unsuitableTables: [String] = [],
        narrowColumns: [String] = []
    ) {
        self.serverVersion = serverVersion
        self.serverVersionNumber = serverVersionNumber
        self.readOnlyCause = readOnlyCause
        self.clock = clock
        self.schemaVersion = schemaVersion
        self.missingPrivileges = missingPrivileges
        self.unsuitableTables = unsuitableTables
        self.narrowColumns = narrowColumns
    }

    /// - Parameters:
    ///   - softDeletes: whether the orchestrator marks users as deleted that are missing, and so must be allowed to.
    ///   - endsHistory: whether it deletes the history of old syncs, likewise.
    package static func read(
        _ connection: PostgresConnection, softDeletes: Bool, endsHistory: Bool
    ) async throws -> DatabaseFacts {
        let server = try await connection.query(
            """
            SELECT current_setting('server_version') AS version, current_setting('server_version_num')::integer AS number,
                CASE WHEN pg_is_in_recovery() THEN 'standby'
                    WHEN current_setting('default_transaction_read_only')::boolean THEN 'setting' ELSE '' END AS read_only,
                (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS clock,
                current_setting('server_encoding') AS encoding
            """
        ).single()
        var missingPrivileges = try await connection.query(Self.missingPrivilegesSQL, [.bool(endsHistory)]).rows.map {
            try $0.text("lacking")
        }
        if softDeletes {
            missingPrivileges += try await connection.query(Self.missingColumnsSQL).rows.map { try $0.text("lacking") }
        }
        var facts = DatabaseFacts(
            serverVersion: try server.text("version"), serverVersionNumber: try server.int("number"),
            readOnlyCause: ReadOnlyCause(rawValue: try server.text("read_only")), clock: try server.int8("clock"),
            schemaVersion: try await Migrator.installedVersion(connection), missingPrivileges: missingPrivileges)
        for requirement in TableRequirement.all {
            guard let table = try await ExistingTable.read(requirement.table, on: connection) else { continue }
            facts.unsuitableTables += requirement.refusals(table)
            facts.narrowColumns += requirement.narrowness(table)
        }
        let encoding = try server.text("encoding")
        if encoding != "UTF8", encoding != "SQL_ASCII" {
            facts.narrowColumns.append("the database's encoding is \(encoding), the source may send any character")
        }
        return facts
    }

    /// What the orchestrator does with each table, and with $1 when history ends, as in infra/sql/grants.sql; a worker's role is another one.
    private static let missingPrivilegesSQL: SQL = """
        SELECT DISTINCT p.privilege || ' on ' || p.name AS lacking, p.name, p.privilege
        FROM (VALUES
            ('users', 'SELECT'), ('sync_batches', 'SELECT'), ('sync_migrations', 'SELECT'), ('sync_fields', 'SELECT'), ('sync_refusals', 'SELECT'),
            ('sync_batches', CASE WHEN $1 THEN 'DELETE' ELSE 'SELECT' END),
            ('sync_refusals', CASE WHEN $1 THEN 'DELETE' ELSE 'SELECT' END),
            ('sync_logs', 'SELECT'), ('sync_logs', 'INSERT'), ('sync_logs', 'UPDATE'),
            ('sync_rejects', 'SELECT'), ('sync_rejects', 'INSERT'), ('sync_rejects', 'DELETE'),
            ('sync_missing', 'SELECT'), ('sync_missing', 'INSERT'), ('sync_missing', 'DELETE'),
            ('sync_profiles', 'SELECT'), ('sync_profiles', 'INSERT'), ('sync_profiles', 'UPDATE'),
            ('sync_profiles', CASE WHEN $1 THEN 'DELETE' ELSE 'SELECT' END),
            ('sync_batch_failures', 'SELECT'), ('sync_batch_failures', 'INSERT'),
            ('sync_batch_failures', 'UPDATE'), ('sync_batch_failures', 'DELETE')
        ) AS p (name, privilege)
        WHERE to_regclass(p.name) IS NOT NULL AND NOT has_table_privilege(to_regclass(p.name), p.privilege)
        ORDER BY p.name, p.privilege
        """

    /// The columns of users that a soft delete writes, as in infra/sql/grants.sql, and that this role may not.
    private static let missingColumnsSQL: SQL = """
        SELECT 'UPDATE (' || attname || ') on users' AS lacking
        FROM pg_attribute
        WHERE attrelid = to_regclass('users') AND attname IN ('deleted', 'deleted_at', 'updated_at', 'sync_id')
            AND NOT has_column_privilege(attrelid, attnum, 'UPDATE')
        ORDER BY attnum
        """
}
