package import Logging
package import Postgres

/// A database whose schema this program can work with.
package enum DatabaseSchema {
    /// Connects for one piece of work, checks the schema first, and closes the connection afterwards.
    /// - Throws: ``SchemaError``, `PostgresError`, or what the work throws.
    package nonisolated(nonsending) static func withConnection<Result>(
        _ configuration: PostgresConfiguration, logger: Logger,
        _ work: nonisolated(nonsending) (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        try await PostgresConnection.withConnection(configuration, logger: logger) { connection in
            try await connection.checkSession(configuration, logger: logger)
            try await Migrator(connection: connection, logger: logger).requireCurrentSchema()
            return try await work(connection)
        }
    }

    /// Checks the schema.
    package static func require(_ configuration: PostgresConfiguration, logger: Logger) async throws {
        try await withConnection(configuration, logger: logger) { _ in }
    }
}
