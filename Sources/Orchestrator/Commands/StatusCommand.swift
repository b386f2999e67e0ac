import ArgumentParser
import Logging
import Postgres
import ServiceRuntime
import SyncCore
import SyncStorage

/// `orchestrator status`: the newest sync.
struct StatusCommand: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows the newest sync."
    )

    @Flag(help: "One JSON object instead of text.")
    var json = false

    @Flag(help: "Keep showing it, once a second, until it ends.")
    var watch = false

    @OptionGroup var logging: LoggingOptions

    func run(on connection: PostgresConnection, logger: Logger) async throws {
        let reader = SyncLogReader(connection: connection)
        while true {
            let entry = try await reader.sync()
            print(try json ? SyncLogReport.json(entry) : SyncLogReport.text(entry))
            guard watch, let entry, !entry.status.isFinal else { return }
            try await Task.sleep(for: .seconds(1))
        }
    }
}
