import ArgumentParser
import CoreMetrics
import CurlHTTP
import Logging
import Postgres
import SQS
import ServiceLifecycle
import ServiceRuntime
import SyncStorage
import UnixSignals

/// `worker run`: consumes until SIGTERM.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract:
            "Consumes batches until it is told to stop (SIGTERM or SIGINT); inside AWS Lambda, works on what it is invoked with."
    )

    @OptionGroup var worker: WorkerOptions
    @OptionGroup var queue: QueueOptions
    @OptionGroup var logging: LoggingOptions
    @OptionGroup var metrics: MetricsOptions
    @OptionGroup var health: HealthOptions

    func run() async throws {
        try await CommandFailure.reporting {
            let settings = Settings(worker, queue, logging, metrics, health)
            try LoggingSetup.bootstrap(settings, phrases: .worker)
            let export = try MetricsExport(settings, service: .worker)
            let logger = Logger(label: "worker")
            if let address = settings.string(LambdaConfiguration.addressVariable) {
                return try await LambdaProgram(address: address, settings: settings, export: export, logger: logger)
                    .run(lifecycle: lifecycle)
            }
            let configuration = try WorkerConfiguration(settings)
            var transport = configuration.queue.http
            // Each consumer may wait in a long poll while a heartbeat or a delete needs a connection too.
            transport.maximumConnectionsPerHost = 2 * configuration.concurrency + 2
            let http = HTTPClient(configuration: transport, logger: logger)
            let sqs = try configuration.queue.client(
                http: http, limits: SQSLimits(maximumMessageBytes: 1_048_576, maximumCallBytes: 1_048_576),
                logger: logger)
            var database = configuration.database.forBatches
            // Between syncs too: this is how `doctor` and the page see that a worker is there.
            database.keptConnections = 1
            let pool = PostgresPool(database, maximumConnections: configuration.concurrency, logger: logger)
            let service = ConsumerService(
                configuration: configuration, sqs: sqs, pool: pool,
                metrics: WorkerMetrics(factory: MetricsSystem.factory), flush: { export.flush() }, logger: logger)
            do {
                try await export.during {
                    try await StopSignals(logger: logger).run(ServiceGroup(configuration: lifecycle(of: service)))
                }
            } catch {
                await pool.close()
                await http.shutdown()
                throw error
            }
            await pool.close()
            await http.shutdown()
        }
    }

    private func lifecycle(of service: any Service) -> ServiceGroupConfiguration {
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: service, failureTerminationBehavior: .cancelGroup)],
            logger: Logger(label: "lifecycle", factory: { _ in SwiftLogNoOpLogHandler() }))
        // ECS kills 30 s after SIGTERM: what is not finished before is cancelled, rolled back and given back.
        configuration.maximumGracefulShutdownDuration = .seconds(20)
        return configuration
    }
}
