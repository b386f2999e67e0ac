package import Logging

extension PostgresPool {
    /// Makes sure that its connections are sessions of their own: see ``PostgresConnection/checkSession(_:logger:)``.
    package func checkSessions(logger: Logger) async throws {
        try await withConnection { try await $0.checkSession(configuration, logger: logger) }
    }
}

extension PostgresConnection {
    /// Makes sure that a connection is a session of its own, as locks, settings and prepared statements need it.
    ///
    /// A pooler in transaction mode is recognised by what it does, not by its name. A server's own process number tells that nothing stands in
    /// between; then this is one round trip. Otherwise two more connections are made, and a setting on one of them. It must not be seen
    /// on the other one, and must still be there while the other one holds a server process. Poolers in session mode, and proxies that
    /// keep the state of a session, pass.
    ///
    /// - Parameter configuration: what this connection was made with.
    /// - Throws: `PostgresError` with code `.transactionPooling`, or what connecting throws.
    package func checkSession(_ configuration: PostgresConfiguration, logger: Logger) async throws {
        let process = try await query("SELECT pg_backend_pid() AS pid").single().int8("pid")
        guard await Int64(serverProcessID) != process else { return }
        var configuration = configuration
        // The second step may wait for a server process that the first one holds: that is an answer as well.
        configuration.responseTimeout = .seconds(5)
        configuration.cancelTimeout = .seconds(2)
        try await PostgresConnection.withConnection(configuration, logger: logger) { first in
            do {
                try await SessionProbe.run(first, configuration, logger)
            } catch let error as PostgresError where error.code == .connectionLost && error.operation == "BEGIN" {
                // A restart of the server, or a pooler that takes no transactions: that one does it again.
                do {
                    try await SessionProbe.run(first, configuration, logger)
                } catch let error as PostgresError where error.code == .connectionLost && error.operation == "BEGIN" {
                    throw SessionProbe.isShared("it ends a connection that begins a transaction")
                }
            }
        }
    }
}

/// Two connections through whatever stands before the server: does each have a session?
private enum SessionProbe {
    private static let seen: SQL = "SELECT coalesce(current_setting('session_probe.marker', true), '') AS marker"

    static func run(_ first: PostgresConnection, _ configuration: PostgresConfiguration, _ logger: Logger) async throws
    {
        try await PostgresConnection.withConnection(configuration, logger: logger) { second in
            // Nobody else's.
            try await run(first, second, marker: "\(UInt64.random(in: .min ... .max))")
        }
    }

    private static func run(_ first: PostgresConnection, _ second: PostgresConnection, marker: String) async throws {
        _ = try await first.query("SELECT set_config('session_probe.marker', $1, false)", [.text(marker)])
        try await second.transaction { transaction in
            guard try await transaction.query(seen).single().text("marker") != marker else {
                throw isShared("another connection sees what this one has set")
            }
            do {
                guard try await first.query(seen).single().text("marker") == marker else {
                    throw isShared("what a connection has set is gone at its next statement")
                }
            } catch let error as PostgresError where error.code == .timedOut {
                throw isShared("a connection has no server process while another is in a transaction")
            }
        }
    }

    static func isShared(_ reason: String) -> PostgresError {
        PostgresError(
            .transactionPooling, operation: "check sessions",
            message:
                "a connection pooler that shares server processes between connections stands before the server: \(reason)"
        )
    }
}
