import ArgumentParser
import Logging
import Postgres
import ServiceRuntime
import SyncCore
import SyncPipeline
import SyncStorage

/// `orchestrator report`: what a sync changed.
struct ReportCommand: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Shows what a sync changed: inserted, updated, unchanged, newly deleted, missing from the source.",
        discussion: """
            With --users, the users whose rows the sync wrote last, a line each, in no particular order. A user whom a later \
            sync wrote again is in that one's list. 'newly deleted' are those that the source has marked as deleted since, \
            and those marked for being missing from it.
            """
    )

    @Argument(help: "The sync's id; the newest sync when left out.")
    var syncID: Int64?

    @Option(help: "text, json (one object; with --users one a line) or csv (a line of names, then the values).")
    var format = ChangeReport.Format.text

    @Flag(help: "The users it inserted, updated or marked as deleted, instead of their number.")
    var users = false

    @OptionGroup var logging: LoggingOptions

    func run(on connection: PostgresConnection, logger: Logger) async throws {
        try await Migrator(connection: connection, logger: logger).requireCurrentSchema()
        guard let sync = try await SyncLogReader(connection: connection).sync(syncID) else {
            throw SyncFailure(syncID.map { "there is no sync \($0)" } ?? "no sync has run yet")
        }
        guard users else {
            let extraKeys = try await SyncedFields.keys(of: sync, on: connection)
            return print(try ChangeReport(sync, extraKeys: extraKeys).rendered(as: format))
        }
        var writer = ChangedUserWriter(format: format, write: ResultLines.write)
        _ = try await ChangedUserReader(connection: connection).read(of: sync.id, into: &writer)
    }
}

extension ChangeReport.Format: ExpressibleByArgument {}
