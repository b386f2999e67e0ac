package import Logging
package import Postgres
package import SyncCore

/// Creates and upgrades the schema. Safe to run twice, and from two places at once: the second waits for the first.
package struct Migrator: Sendable {
    private let connection: PostgresConnection
    private let logger: Logger

    package init(connection: PostgresConnection, logger: Logger) {
        self.connection = connection
        self.logger = logger
    }

    /// The version that this program needs.
    package static var latestVersion: Int32 { Migration.all.last?.version ?? 0 }

    /// Applies all pending migrations in one transaction, and gives `users` the columns of the extra fields.
    /// - Parameter extraFields: what the setting names; fields that are recorded and not among them are no longer synced.
    /// - Returns: the names of those applied now; empty when the schema was up to date.
    /// - Throws: ``UnsuitableTablesError`` when tables of another program cannot be taken over; nothing was changed then.
    package func migrate(_ extraFields: ExtraFields = .none) async throws -> [String] {
        try await connection.transaction { connection in
            // Released with the transaction, whatever its end.
            _ = try await connection.query("SELECT pg_advisory_xact_lock($1)", [.int8(AdvisoryLock.migration)])
            var refusals = try await Self.refusals(connection, extraFields)
            if try await Self.installedVersion(connection) == 0 {
                refusals += try await Takeover.refusals(connection)
            }
            guard refusals.isEmpty else { throw UnsuitableTablesError(refusals: refusals) }
            _ = try await connection.query(
                """
                CREATE TABLE IF NOT EXISTS sync_migrations (
                    version    integer PRIMARY KEY,
                    name       text NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT now()
                )
                """)
            let current = try await Self.recordedVersion(connection)
            var applied: [String] = []
            for migration in Migration.all where migration.version > current {
                for statement in migration.statements {
                    _ = try await connection.query(statement)
                }
                _ = try await connection.query(
                    "INSERT INTO sync_migrations (version, name) VALUES ($1, $2)",
                    [.int4(migration.version), .text(migration.name)])
                applied.append(migration.name)
                logger.info(
                    "migration applied", metadata: ["version": "\(migration.version)", "name": "\(migration.name)"])
            }
            return applied + (try await FieldRecorder.record(extraFields, on: connection))
        }
    }

    /// Checks that the schema is there and not older than this program; newer is fine (a rolling upgrade).
    /// - Throws: ``SchemaError`` saying which command helps.
    package func requireCurrentSchema() async throws {
        let found = try await Self.installedVersion(connection)
        if found < Self.latestVersion {
            throw SchemaError(found: found, needed: Self.latestVersion)
        }
    }

    /// Checks that the tables which other programs may have made, or changed since, are such that users can be written.
    ///
    /// The schema's version says nothing about that. Two look-ups in the catalog per table; changes nothing.
    /// - Throws: ``UnsuitableTablesError`` saying what to change.
    package func requireSuitableTables(_ extraFields: ExtraFields = .none) async throws {
        let refusals = try await Self.refusals(connection, extraFields)
        guard refusals.isEmpty else { throw UnsuitableTablesError(refusals: refusals) }
    }

    private static func refusals(
        _ connection: PostgresConnection, _ extraFields: ExtraFields
    ) async throws -> [String] {
        var refusals: [String] = []
        for requirement in TableRequirement.all(with: extraFields) {
            guard let table = try await ExistingTable.read(requirement.table, on: connection) else { continue }
            refusals += requirement.refusals(table)
        }
        return refusals
    }

    /// The version of the schema that is there; 0 when there is none. Changes nothing.
    package static func installedVersion(_ connection: PostgresConnection) async throws -> Int32 {
        let exists = try await connection.query("SELECT to_regclass('sync_migrations') IS NOT NULL AS found")
        return try exists.single().bool("found") ? try await recordedVersion(connection) : 0
    }

    private static func recordedVersion(_ connection: PostgresConnection) async throws -> Int32 {
        let result = try await connection.query("SELECT coalesce(max(version), 0) AS version FROM sync_migrations")
        return Int32(truncatingIfNeeded: try result.single().int8("version"))
    }
}

/// The database lacks tables or columns that this program needs.
package struct SchemaError: Error, Equatable, CustomStringConvertible {
    let found: Int32
    let needed: Int32

    package var description: String {
        found == 0
            ? "the database has no user-sync schema: run 'orchestrator migrate' first"
            : "the database schema is version \(found), this program needs \(needed): run 'orchestrator migrate'"
    }
}
