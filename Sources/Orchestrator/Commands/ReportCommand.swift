import ArgumentParser
import Logging
import Postgres
import ServiceRuntime
import SyncCore
import SyncStorage

/// `orchestrator report`: what a sync changed.
struct ReportCommand: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Shows what a sync changed: inserted, updated, unchanged, newly deleted, missing from the source."
    )

    @Argument(help: "The sync's id; the newest sync when left out.")
    var syncID: Int64?

    @Option(help: "text, json (one object) or csv (a line of names and one of values).")
    var format = ChangeReport.Format.text

    @OptionGroup var logging: LoggingOptions

    func run(on connection: PostgresConnection, logger: Logger) async throws {
        try await Migrator(connection: connection, logger: logger).requireCurrentSchema()
        guard let sync = try await SyncLogReader(connection: connection).sync(syncID) else {
            throw SyncFailure(syncID.map { "there is no sync \($0)" } ?? "no sync has run yet")
        }
        print(try ChangeReport(sync).rendered(as: format))
    }
}

extension ChangeReport.Format: ExpressibleByArgument {}
