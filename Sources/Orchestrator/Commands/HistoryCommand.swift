import ArgumentParser
import Logging
import Postgres
import ServiceRuntime
import SyncCore
import SyncStorage

/// `orchestrator history`: the newest syncs, one line each.
struct HistoryCommand: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Lists the newest syncs, newest first."
    )

    @Option(help: "Syncs to show, at most.")
    var limit = 20

    @Flag(help: "A JSON array instead of a table.")
    var json = false

    @OptionGroup var logging: LoggingOptions

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 10000") }
    }

    func run(on connection: PostgresConnection, logger: Logger) async throws {
        let entries = try await SyncLogReader(connection: connection).history(limit: limit)
        guard !json else { return print(try SyncLogReport.json(entries)) }
        let lines = SyncLogReport.table(entries, page: .standardOutput, now: SyncLogReport.now)
        print(lines.joined(separator: "\n"))
    }
}
