import ArgumentParser
import CoreMetrics
import CurlHTTP
import Hummingbird
import Logging
import NIOCore
import Postgres
import ServiceLifecycle
import ServiceRuntime
import SyncPipeline
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
    @OptionGroup var outage: OutageOptions
    @OptionGroup var queue: QueueOptions
    @OptionGroup var logging: LoggingOptions
    @OptionGroup var metrics: MetricsOptions

    /// Connections for requests; the running sync has its own.
    private static let connections = 4

    func run() async throws {
        try await CommandFailure.reporting {
            let settings = Settings(serving, sync, outage, queue, logging, metrics)
            try LoggingSetup.bootstrap(settings, phrases: .orchestrator)
            let serving = try ServingConfiguration(settings)
            let configuration = try SyncSettings(settings)
            let export = try MetricsExport(settings, service: .orchestrator)
            let logger = Logger(label: "orchestrator")
            try await export.during {
                try await HTTPClient.withClient(configuration.http, logger: logger) { http in
                    let pool = PostgresPool(
                        configuration.sync.database, maximumConnections: Self.connections, logger: logger)
                    do {
                        try await group(serving, configuration, http, pool, logger).run()
                    } catch {
                        await pool.close()
                        // Its own words repeat the value, which may be a secret in the wrong line.
                        if error is SocketAddressError.UnknownHost {
                            throw ConfigurationError(
                                variable: "SYNC_API_HOST", problem: "is no address, and no name that leads to one")
                        }
                        throw error
                    }
                    await pool.close()
                }
            }
        }
    }

    /// The services, in the order of their start. They are told to stop in the reverse order: no new request or scheduled start comes
    /// once the sync is being ended.
    private func group(
        _ serving: ServingConfiguration, _ configuration: SyncSettings, _ http: HTTPClient, _ pool: PostgresPool,
        _ logger: Logger
    ) -> ServiceGroup {
        let supervisor = SyncSupervisor(logger: logger) {
            try await SyncJob.begin(
                configuration.sync, http: http, sqs: configuration.queueClient(http, logger: logger),
                observers: [SyncMetrics(factory: MetricsSystem.factory), ProgressDisplay(mode: .log)], logger: logger)
        }
        var services: [any Service] = [supervisor]
        let schedule = serving.interval.map(ScheduleState.init)
        if let schedule {
            services.append(
                SyncSchedule(
                    interval: schedule.interval, clock: ContinuousClock(), logger: logger,
                    start: { try await supervisor.start() }, state: schedule))
        }
        services.append(
            APIServer(
                configuration: serving, settings: configuration, pool: pool, supervisor: supervisor, schedule: schedule,
                logger: logger
            ).application())
        var lifecycle = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: ProcessSignals.stopping,
            logger: Logger(label: "lifecycle", factory: { _ in SwiftLogNoOpLogHandler() }))
        // ECS kills 30 s after SIGTERM. A request that waits for a blocked database is cancelled before.
        lifecycle.maximumGracefulShutdownDuration = .seconds(20)
        return ServiceGroup(configuration: lifecycle)
    }
}
