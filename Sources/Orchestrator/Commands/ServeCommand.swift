import ArgumentParser
import CoreMetrics
import Hummingbird
import Logging
import Postgres
import ServiceLifecycle
import ServiceRuntime
import UnixSignals

/// `orchestrator serve`: starts, shows and cancels syncs over HTTP, and starts them on a schedule.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves an HTTP API to start, watch and cancel syncs; runs them in this process.",
        discussion: """
            Callers show SYNC_API_TOKEN (environment only; 16 characters at least). Without it only loopback is served. \
            SIGTERM ends the server; a sync that runs is marked FAILED (interrupted) first.
            """
    )

    @OptionGroup var serving: ServeOptions
    @OptionGroup var sync: SyncOptions
    @OptionGroup var queue: QueueOptions
    @OptionGroup var logging: LoggingOptions
    @OptionGroup var metrics: MetricsOptions

    /// Connections for requests; the running sync has its own.
    private static let connections = 4

    func run() async throws {
        try await CommandFailure.reporting {
            let settings = Settings(serving, sync, queue, logging, metrics)
            try LoggingSetup.bootstrap(settings)
            let serving = try ServingConfiguration(settings)
            let configuration = try SyncConfiguration(settings)
            let export = try MetricsExport(settings, service: .orchestrator)
            let logger = Logger(label: "orchestrator")
            let pool = PostgresPool(configuration.database, maximumConnections: Self.connections, logger: logger)
            let supervisor = SyncSupervisor(logger: logger) {
                try await SyncJob.begin(
                    configuration, display: .log, metrics: SyncMetrics(factory: MetricsSystem.factory), logger: logger)
            }
            // They are told to stop in the reverse order: no new request or scheduled start comes once the sync is being ended.
            var services: [any Service] = [supervisor]
            if let interval = serving.interval {
                services.append(
                    SyncSchedule(
                        interval: interval, clock: ContinuousClock(), logger: logger,
                        start: { try await supervisor.start() }))
            }
            services.append(
                APIServer(
                    configuration: serving, sync: configuration, pool: pool, supervisor: supervisor, logger: logger
                ).application())
            do {
                let group = ServiceGroup(
                    configuration: ServiceGroupConfiguration(
                        services: services, gracefulShutdownSignals: [.sigterm, .sigint],
                        logger: Logger(label: "lifecycle", factory: { _ in SwiftLogNoOpLogHandler() })))
                try await export.during { try await group.run() }
            } catch {
                await pool.close()
                throw error
            }
            await pool.close()
        }
    }
}
