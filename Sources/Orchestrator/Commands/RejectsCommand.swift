import ArgumentParser
import Logging
import Postgres
import ServiceRuntime
import SyncCore
import SyncPipeline
import SyncStorage

/// `orchestrator rejects`: the quarantined pieces of a sync's stream, and the users whom the database refused.
struct RejectsCommand: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "rejects",
        abstract:
            "Shows the damaged pieces of a sync's stream, and the users whom the database refused, with the reason."
    )

    @Argument(help: "The sync's id; the newest sync when left out.")
    var syncID: Int64?

    @Option(help: "Rejects to show, at most.")
    var limit = 1000

    @Flag(help: "How many there are for each reason, instead of each one.")
    var summary = false

    @Flag(help: "A JSON array instead of text.")
    var json = false

    @OptionGroup var logging: LoggingOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 100000") }
    }

    func run(on connection: PostgresConnection, logger: Logger) async throws {
        let reader = SyncLogReader(connection: connection)
        guard let sync = try await reader.sync(syncID) else {
            throw SyncFailure(syncID.map { "there is no sync \($0)" } ?? "no sync has run yet")
        }
        let refusals = RefusalReader(connection: connection)
        let total = sync.counters.rejected
        let page = OutputPage.standardOutput
        if summary {
            let groups = try await reader.rejectSummary(of: sync.id)
            let causes = try await refusals.summary(of: sync.id)
            guard !json else { return print(try RejectReport.json(groups, causes)) }
            show(
                RejectReport.lines(groups, syncID: sync.id, total: total, page: page)
                    + RejectReport.lines(causes, syncID: sync.id, total: sync.counters.refused, page: page))
        } else {
            let rejects = try await reader.rejects(of: sync.id, limit: limit)
            let refused = try await refusals.refusals(of: sync.id, limit: limit)
            guard !json else { return print(try RejectReport.json(rejects, refused)) }
            show(
                RejectReport.lines(rejects, syncID: sync.id, total: total, page: page)
                    + RejectReport.lines(
                        refused, syncID: sync.id, total: max(refused.count, sync.counters.refused), page: page))
        }
    }

    private func show(_ lines: [String]) {
        print(lines.joined(separator: "\n"))
    }
}
