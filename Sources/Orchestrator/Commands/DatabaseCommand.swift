import ArgumentParser
import Logging
import Postgres
import ServiceRuntime
import SyncStorage

/// What the commands share that only look into the database, or change a little there.
protocol DatabaseCommand: AsyncParsableCommand {
    var logging: LoggingOptions { get }
    func run(on connection: PostgresConnection, logger: Logger) async throws
}

extension DatabaseCommand {
    /// Sets up logging, connects, runs the command's own part and closes the connection.
    func run() async throws {
        try await CommandFailure.reporting {
            let settings = Settings(logging)
            try LoggingSetup.bootstrap(settings)
            let logger = Logger(label: "orchestrator")
            let configuration = try DatabaseSettings.configuration(
                settings, applicationName: "user-sync \(Self._commandName)")
            let connection = try await PostgresConnection.connect(configuration, logger: logger)
            do {
                try await run(on: connection, logger: logger)
            } catch {
                await connection.close()
                throw error
            }
            await connection.close()
        }
    }
}
