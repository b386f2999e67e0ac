import ArgumentParser
import Logging
import Postgres
import ServiceRuntime
import SyncStorage

/// What the commands share that only look into the database, or change a little there.
protocol DatabaseCommand: AsyncParsableCommand, Sendable {
    /// What the server shows of the session, behind the name of the service.
    static var sessionName: String { get }
    var logging: LoggingOptions { get }
    func run(on connection: PostgresConnection, logger: Logger) async throws
}

extension DatabaseCommand {
    static var sessionName: String { _commandName }

    /// Sets up logging, connects, runs the command's own part and closes the connection.
    func run() async throws {
        try await CommandFailure.reporting {
            let settings = Settings(logging)
            try LoggingSetup.bootstrap(settings, phrases: .orchestrator)
            let logger = Logger(label: "orchestrator")
            let configuration = try DatabaseSettings.configuration(
                settings, applicationName: "user-sync \(Self.sessionName)")
            try await PostgresConnection.withConnection(configuration, logger: logger) { connection in
                try await connection.checkSession(configuration, logger: logger)
                try await run(on: connection, logger: logger)
            }
        }
    }
}
