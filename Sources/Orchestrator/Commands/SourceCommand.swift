import ArgumentParser
import Logging
import Postgres
import ServiceRuntime
import SyncPipeline
import SyncStorage

/// `orchestrator source`: what the source sent, and what has changed in it.
struct SourceCommand: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "source",
        abstract: "Shows what the source's stream was made of, and what has changed in it.",
        discussion: """
            Each sync counts what it reads: records, rejects by reason, for each field how often it is missing, null or of \
            another type, and fields that no sync reads. The counts are compared with the median of the last ten completed \
            syncs. No value of a user is kept.
            """
    )

    @Argument(help: "The sync's id; the newest sync with a complete stream when left out.")
    var syncID: Int64?

    @Flag(help: "One JSON object instead of text.")
    var json = false

    @OptionGroup var logging: LoggingOptions

    func run(on connection: PostgresConnection, logger: Logger) async throws {
        let stored = try await StoredProfile.find(syncID, on: connection)
        if let syncID, stored == nil {
            throw SyncFailure("sync \(syncID) has no profile: \(SourceReport.whyNone)")
        }
        guard !json else { return print(try SyncLogReport.encode(stored.map(SourceDocument.init))) }
        print(SourceReport.lines(stored, page: .standardOutput).joined(separator: "\n"))
    }
}
