import ArgumentParser
import Logging
import Postgres
import ServiceRuntime
import SyncStorage

/// `orchestrator reset`: marks a stuck sync FAILED.
struct ResetCommand: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "Marks a sync that is stuck as FAILED; refuses while its orchestrator is alive.",
        discussion: """
            A sync is stuck when its row says that it is under way and no orchestrator holds its lock. The next 'sync' clears \
            such a row by itself; this command does it at once. It asks nothing, so that it can be used unattended.
            """
    )

    @Flag(help: "Also when the orchestrator is alive: it notices within a second, stops and exits with 1.")
    var force = false

    @Flag(help: "One JSON object instead of text.")
    var json = false

    @OptionGroup var logging: LoggingOptions

    func run(on connection: PostgresConnection, logger: Logger) async throws {
        let syncs = try await SyncLogTable(connection: connection).resetStuckSyncs(force: force)
        if json {
            print(try SyncLogReport.encode(ResetDocument(reset: syncs)))
        } else {
            print(
                syncs.isEmpty
                    ? "no sync is under way"
                    : "marked FAILED: sync \(syncs.map(String.init).joined(separator: ", "))")
        }
    }
}

/// The stable JSON form of what `reset` did.
struct ResetDocument: Encodable {
    /// The ids of the syncs that are FAILED now.
    let reset: [Int64]
}
