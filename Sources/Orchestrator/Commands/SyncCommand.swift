import ArgumentParser
import CoreMetrics
import CurlHTTP
import Logging
import ServiceLifecycle
import ServiceRuntime
import SyncCore
import SyncPipeline
import SyncStorage
import UnixSignals

/// `orchestrator sync`: one whole sync.
struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Runs one whole sync: reads the stream, sends batches, waits until all are applied."
    )

    @Flag(help: "When it ends, its SyncLog row on standard output: one JSON object.")
    var json = false

    @Flag(
        help: "Reads the stream, compares it with the table, and prints what a sync would do; sends and writes nothing."
    )
    var dryRun = false

    @OptionGroup var sync: SyncOptions
    @OptionGroup var outage: OutageOptions
    @OptionGroup var queue: QueueOptions
    @OptionGroup var logging: LoggingOptions
    @OptionGroup var metrics: MetricsOptions

    func run() async throws {
        try await CommandFailure.reporting {
            let settings = Settings(sync, outage, queue, logging, metrics)
            try LoggingSetup.bootstrap(settings, phrases: .orchestrator)
            var configuration = try SyncSettings(settings)
            configuration.sync.isTyped = Patience.isTyped
            let logger = Logger(label: "orchestrator")
            if dryRun {
                let report = try await HTTPClient.withClient(configuration.http, logger: logger) { http in
                    try await DatabaseSchema.withConnection(configuration.sync.database, logger: logger) { connection in
                        try await RecordedFields.require(configuration.sync.extraFields, on: connection)
                    }
                    return try await DryRun(configuration.sync, http: http, logger: logger).run()
                }
                print(report.text(configuration.sync.missingUsers, extraFields: configuration.sync.extraFields))
                return
            }
            let export = try MetricsExport(settings, service: .orchestrator)
            let service = SyncService(
                configuration: configuration, display: ProgressDisplay.Mode(settings), json: json,
                metrics: SyncMetrics(factory: MetricsSystem.factory), logger: logger)
            do {
                try await export.during { try await ServiceGroup(configuration: lifecycle(of: service)).run() }
            } catch SyncSessionError.anotherSyncIsRunning {
                FileHandleOutput.standardError.write("\(SyncSessionError.anotherSyncIsRunning)\n")
                throw ExitCode(ExitStatus.temporaryFailure)
            } catch is CancellationError {
                FileHandleOutput.standardError.write("stopped before the sync had begun: nothing was touched\n")
                throw ExitCode(ExitStatus.failure)
            }
        }
    }

    private func lifecycle(of service: SyncService) -> ServiceGroupConfiguration {
        ServiceGroupConfiguration(
            services: [
                .init(
                    service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .cancelGroup)
            ],
            gracefulShutdownSignals: ProcessSignals.stopping,
            logger: Logger(label: "lifecycle", factory: { _ in SwiftLogNoOpLogHandler() }))
    }
}

/// The sync as a service: told to stop, it marks its row FAILED (interrupted) and ends.
private struct SyncService: Service {
    let configuration: SyncSettings
    let display: ProgressDisplay.Mode
    /// Whether the finished row is printed.
    let json: Bool
    let metrics: SyncMetrics
    let logger: Logger

    func run() async throws {
        let (status, hasTooFewRecords) = try await cancelWhenGracefulShutdown {
            try await HTTPClient.withClient(configuration.http, logger: logger) { http in
                let job = try await SyncJob.begin(
                    configuration.sync, http: http, sqs: configuration.queueClient(http, logger: logger),
                    observers: [metrics, ProgressDisplay(mode: display)], logger: logger)
                let entry = try await job.run()
                if json { Console.standardOutput.write(try SyncLogReport.json(entry) + "\n") }
                await job.endHistory()
                return (entry.status, job.hasTooFewRecords)
            }
        }
        // The log has said why; the exit status says that.
        guard status == .completed else {
            throw ExitCode(hasTooFewRecords ? ExitStatus.tooFewRecords : .failure)
        }
    }
}
