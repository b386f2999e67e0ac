import Logging
import Postgres
import SQS
import ServiceLifecycle
import ServiceRuntime
import SyncStorage

/// Runs as many consumers as batches may be in hand, until told to stop.
struct ConsumerService: Service {
    let configuration: WorkerConfiguration
    let sqs: SQSClient
    let pool: PostgresPool
    let store: BatchStore
    let metrics: WorkerMetrics
    let logger: Logger

    func run() async throws {
        let queue = try await WorkQueue(sqs: sqs, queueURL: configuration.queue.queueURL, logger: logger)
        try await pool.withConnection { connection in
            try await Migrator(connection: connection, logger: logger).requireCurrentSchema()
        }
        logger.info(
            "worker started",
            metadata: [
                "concurrency": .stringConvertible(configuration.concurrency),
                "visibility_timeout_s": .stringConvertible(queue.visibilityTimeout.components.seconds),
            ])
        try await reporting(of: WorkerHealth(consumers: 1...configuration.concurrency)) { health in
            try await consume(queue, health)
        }
        var metadata: Logger.Metadata = [:]
        if let peak = ProcessMemory.peakResidentBytes() { metadata["peak_memory_bytes"] = .stringConvertible(peak) }
        logger.info("worker stopped", metadata: metadata)
    }

    private func consume(_ queue: WorkQueue, _ health: WorkerHealth) async throws {
        let shutdown = ShutdownFlag()
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                for number in 1...configuration.concurrency {
                    let pulse = ConsumerPulse(health: health, consumer: number)
                    var logger = logger
                    logger[metadataKey: "consumer"] = .stringConvertible(number)
                    let consumer = QueueConsumer(
                        queue: queue,
                        applier: BatchApplier(
                            store: store, failures: FailedBatchStore(pool: pool),
                            maximumReceives: queue.maximumReceives, shutdown: shutdown, metrics: metrics,
                            pulse: pulse, logger: logger),
                        shutdown: shutdown, metrics: metrics, pulse: pulse, logger: logger)
                    group.addTask { try await consumer.run() }
                }
            }
        } onGracefulShutdown: {
            shutdown.begin()
        }
    }

    /// Writes the health file, if there is to be one, while the work goes on.
    private func reporting(of health: WorkerHealth, during work: (WorkerHealth) async throws -> Void) async throws {
        guard let file = configuration.healthFile else { return try await work(health) }
        let heartbeat = Heartbeat(health: health, file: file, pool: pool, logger: logger)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await heartbeat.run() }
            defer { group.cancelAll() }
            try await work(health)
        }
    }
}
