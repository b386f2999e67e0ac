import ArgumentParser
import Logging
import Postgres
import ServiceRuntime
import SyncStorage

/// `orchestrator reset`: marks a stuck sync FAILED.
struct ResetCommand: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "Marks a sync that is stuck as FAILED; an orchestrator that is still at it notices and stops."
    )

    @OptionGroup var logging: LoggingOptions

    func run(on connection: PostgresConnection, logger: Logger) async throws {
        let syncs = try await SyncLogReader(connection: connection).resetStuckSyncs()
        print(
            syncs.isEmpty
                ? "no sync is under way"
                : "marked FAILED: sync \(syncs.map(String.init).joined(separator: ", "))")
    }
}
