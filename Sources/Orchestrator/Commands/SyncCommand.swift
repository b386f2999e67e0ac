import ArgumentParser
import CurlHTTP
import Logging
import SQS
import ServiceLifecycle
import ServiceRuntime
import SyncCore
import SyncStorage
import UnixSignals

/// `orchestrator sync`: one whole sync.
struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Runs one whole sync: reads the stream, sends batches, waits until all are applied."
    )

    @OptionGroup var sync: SyncOptions
    @OptionGroup var queue: QueueOptions
    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        try await CommandFailure.reporting {
            let settings = Settings(sync, queue, logging)
            try LoggingSetup.bootstrap(settings)
            let configuration = try SyncConfiguration(settings)
            let service = SyncService(
                configuration: configuration, display: ProgressDisplay.Mode(settings),
                logger: Logger(label: "orchestrator"))
            do {
                try await ServiceGroup(
                    configuration: ServiceGroupConfiguration(
                        services: [
                            .init(
                                service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                                failureTerminationBehavior: .cancelGroup)
                        ],
                        gracefulShutdownSignals: [.sigterm, .sigint],
                        logger: Logger(label: "lifecycle", factory: { _ in SwiftLogNoOpLogHandler() }))
                ).run()
            } catch SyncSessionError.anotherSyncIsRunning {
                FileHandleOutput.standardError.write("\(SyncSessionError.anotherSyncIsRunning)\n")
                throw ExitCode(ExitStatus.temporaryFailure)
            }
        }
    }
}

/// The sync as a service: told to stop, it marks its row FAILED (interrupted) and ends.
private struct SyncService: Service {
    let configuration: SyncConfiguration
    let display: ProgressDisplay.Mode
    let logger: Logger

    func run() async throws {
        let entry = try await cancelWhenGracefulShutdown { try await sync() }
        // The log has said why; the exit status says that.
        guard entry.status == .completed else { throw ExitCode(ExitStatus.failure) }
    }

    private func sync() async throws -> SyncLogEntry {
        let http = HTTPClient(
            configuration: HTTPClientConfiguration(
                certificateAuthorityFile: configuration.legacyAPI.certificateAuthorityFile,
                allowsPlaintextToRemote: configuration.queue.allowsPlaintext, userAgent: "user-sync"),
            logger: logger)
        let sqs = try configuration.queue.client(
            http: http,
            limits: SQSLimits(
                maximumMessageBytes: configuration.maximumMessageBytes,
                maximumCallBytes: configuration.maximumMessageBytes),
            logger: logger)
        let session = try await SyncSession.begin(configuration.database, logger: logger)
        let run = SyncRun(
            configuration: configuration, session: session, http: http, sqs: sqs, display: display, logger: logger)
        do {
            let entry = try await run.run()
            await http.shutdown()
            return entry
        } catch {
            await session.abandon()
            await http.shutdown()
            throw error
        }
    }
}
