import ArgumentParser
import CurlHTTP
import Logging
import ServiceRuntime
import SyncCore

/// `orchestrator dead-letters`: what could not be applied.
struct DeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "Looks into the dead-letter queue, and replays what is in it.",
        subcommands: [List.self, Redrive.self]
    )

    /// `orchestrator dead-letters list`
    struct List: DeadLetterCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows the messages that were handed out too often: batch, cause, age. Gives them all back."
        )

        @Option(help: "Messages to show, at most. A FIFO queue shows the first ten of a lane.")
        var limit = 100

        @OptionGroup var options: DeadLetterOptions

        func validate() throws {
            guard (1...10_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 10000") }
        }

        fileprivate func patience() -> Patience { Patience(limit: .zero) }

        func run() async throws {
            try await withService { service in
                let (letters, total) = try await service.list(limit: limit)
                try show(DeadLetterDocument(total: total, deadLetters: letters)) {
                    DeadLetterReport.text(letters, total: total)
                }
            }
        }
    }

    /// `orchestrator dead-letters redrive`
    struct Redrive: DeadLetterCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sends dead letters to the queue again, and completes the syncs that only lacked them.",
            discussion:
                "Exit status: 0 when nothing is left to do, 1 when batches are not applied in time or failed again."
        )

        @Option(help: "Only the letters of this sync.")
        var sync: Int64?

        @Flag(help: "Says what would be sent, and sends nothing.")
        var dryRun = false

        @Option(help: "Seconds to wait until the batches are applied.")
        var wait = 120

        @OptionGroup var outage: OutageOptions

        @OptionGroup var options: DeadLetterOptions

        func validate() throws {
            guard (0...86_400).contains(wait) else { throw ValidationError("--wait must be from 0 to 86400") }
        }

        fileprivate func patience() throws(ConfigurationError) -> Patience { try Patience(Settings(outage)) }

        func run() async throws {
            let outcome = try await withService { service in
                try await service.redrive(syncID: sync, isDryRun: dryRun, wait: .seconds(wait))
            }
            let report = RedriveReport(outcome, isDryRun: dryRun)
            try show(report) { report.text }
            if !outcome.unfinished.isEmpty { throw ExitCode(ExitStatus.failure) }
        }
    }
}

/// What the subcommands share: their settings, the service that does the work, and how they answer.
private protocol DeadLetterCommand: AsyncParsableCommand {
    var options: DeadLetterOptions { get }
    /// For how long the database or the queue may be away.
    func patience() throws(ConfigurationError) -> Patience
}

extension DeadLetterCommand {
    /// Checks the settings and does the work over connections of its own.
    fileprivate func withService<Result: Sendable>(
        _ work: (DeadLetterService) async throws -> Result
    ) async throws -> Result {
        try await CommandFailure.reporting {
            let settings = Settings(options, options.queue, options.logging)
            try LoggingSetup.bootstrap(settings, phrases: .orchestrator)
            let queue = try QueueSettings(settings)
            let database = try DatabaseSettings.patientConfiguration(
                settings, applicationName: "user-sync orchestrator dead-letters")
            return try await DeadLetterService.open(
                queue: queue, database: database, http: queue.http, patience: try patience(), isTyped: Patience.isTyped,
                logger: Logger(label: "orchestrator"), work)
        }
    }

    fileprivate func show(_ document: some Encodable, text: () -> String) throws {
        print(options.json ? try SyncLogReport.encode(document) : text())
    }
}

/// The flags that the subcommands share.
struct DeadLetterOptions: ParsableArguments, SettingFlags {
    @Option(help: "URL of the dead-letter queue (SQS_DEAD_LETTER_QUEUE_URL; by the queue's redrive policy).")
    var deadLetterQueueURL: String?

    @Option(help: "PEM file of the authorities to trust for https, instead of the system's (SSL_CERT_FILE).")
    var caFile: String?

    @Flag(help: "A JSON document instead of text.")
    var json = false

    @OptionGroup var queue: QueueOptions
    @OptionGroup var logging: LoggingOptions

    var flags: [String: String?] {
        ["SQS_DEAD_LETTER_QUEUE_URL": deadLetterQueueURL, "SSL_CERT_FILE": caFile]
    }
}

/// The stable JSON form of `list`.
struct DeadLetterDocument: Encodable {
    /// About how many messages the queue holds.
    let total: Int
    let deadLetters: [DeadLetterReport]

    private enum CodingKeys: String, CodingKey {
        case total
        case deadLetters = "dead_letters"
    }
}
