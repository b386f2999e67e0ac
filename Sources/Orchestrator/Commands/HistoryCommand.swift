import ArgumentParser
import Logging
import Postgres
import ServiceRuntime
import SyncCore
import SyncStorage

/// `orchestrator history`: earlier syncs.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Lists the newest syncs, newest first; deletes what is left of old ones.",
        subcommands: [Show.self, Prune.self],
        defaultSubcommand: Show.self
    )

    /// `orchestrator history show`, or without a word: the newest syncs, one line each.
    struct Show: DatabaseCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the newest syncs, newest first.")
        static let sessionName = "history"

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

    /// `orchestrator history prune`: ends history now, as each sync does when it has ended.
    struct Prune: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deletes ledger, rejects, refusals and failures of old syncs; their rows stay.",
            discussion: """
                A sync does the same when it has ended, for 30 seconds at most; this command goes on to the end. It can be \
                stopped at any time, and is safe while a sync runs. What a message in a queue may still need stays.
                """
        )

        @Flag(help: "Says what would be deleted, and deletes nothing.")
        var dryRun = false

        @Flag(help: "One JSON object instead of text.")
        var json = false

        @OptionGroup var history: HistoryOptions
        @OptionGroup var logging: LoggingOptions

        func run() async throws {
            try await CommandFailure.reporting {
                let settings = Settings(history, logging)
                try LoggingSetup.bootstrap(settings, phrases: .orchestrator)
                let days = try HistoryOptions.days(settings)
                let configuration = try DatabaseSettings.configuration(
                    settings, applicationName: "user-sync history prune")
                let pruned = try await DatabaseSchema.withConnection(
                    configuration, logger: Logger(label: "orchestrator")
                ) { connection in
                    let table = HistoryTable(connection: connection)
                    return dryRun
                        ? try await table.count(days: days) : try await HistoryPruner(table, days: days).run()
                }
                let report = PruneReport(pruned: pruned, days: days, isDryRun: dryRun)
                print(json ? try SyncLogReport.encode(report) : report.text)
            }
        }
    }
}
