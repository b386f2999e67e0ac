import Logging
import Postgres
import TestSupport
import Testing

/// Connections to the tests' own server.
enum TestConnections {
    static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    static func configuration(_ change: (inout PostgresConfiguration) -> Void = { _ in }) async throws
        -> PostgresConfiguration
    {
        let server = try await PostgresServer.shared()
        var configuration = PostgresConfiguration(
            connectionString: server.connectionString(), applicationName: "postgres-tests")
        // A server that shares its cores with other tests may be slow to stop a statement, and the connection is to live on.
        configuration.cancelTimeout = .seconds(60)
        change(&configuration)
        return configuration
    }

    /// A connection that is closed after `body`, whatever happens.
    static func with<R: Sendable>(
        logger: Logger = quiet, _ change: (inout PostgresConfiguration) -> Void = { _ in },
        _ body: nonisolated(nonsending) (PostgresConnection) async throws -> R
    ) async throws -> R {
        try await PostgresConnection.withConnection(try await configuration(change), logger: logger, body)
    }

    /// Proves that a connection still answers, and answers right.
    static func expectAnswer(_ connection: PostgresConnection) async throws {
        let result = try await connection.query("SELECT $1::int8 + 1", [.int8(41)])
        #expect(try result.int8(row: 0, column: 0) == 42)
    }
}

/// The error that `body` throws, if it is one of ours.
func postgresError<R>(_ body: () async throws -> R) async -> PostgresError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? PostgresError
    }
}
