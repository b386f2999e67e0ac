import ArgumentParser
import Logging
import ServiceRuntime

/// `orchestrator doctor`: what stands in the way of a sync.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Checks settings, database, queue, legacy API and clock, and says what to change. Changes nothing.",
        discussion: """
            Opens the legacy stream and closes it at its first bytes. Sends no message: that this identity may send is not shown.

            Exit status: 0 when a sync can work, warnings or not; 1 when there is a problem.
            """
    )

    @Flag(help: "A JSON document instead of text.")
    var json = false

    @OptionGroup var sync: SyncOptions
    @OptionGroup var queue: QueueOptions
    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        try await CommandFailure.reporting {
            let settings = Settings(sync, queue, logging)
            try LoggingSetup.bootstrap(settings, phrases: .orchestrator)
            let report = DoctorReport(
                findings: try await Doctor(settings, logger: Logger(label: "orchestrator")).examine())
            print(json ? try SyncLogReport.encode(report) : report.lines(.standardOutput).joined(separator: "\n"))
            if !report.isHealthy { throw ExitCode(ExitStatus.failure) }
        }
    }
}
