import Backoff
import Logging
import Postgres
import SQS
import ServiceLifecycle
import ServiceRuntime
import SyncCore
import SyncStorage

/// Runs as many consumers as batches may be processed at once, until told to stop.
struct ConsumerService: Service {
    let configuration: WorkerConfiguration
    let sqs: SQSClient
    let pool: PostgresPool
    let metrics: WorkerMetrics
    /// Writes metrics out at once.
    let flush: @Sendable () -> Void
    let logger: Logger

    /// Between tries to start.
    private static let startBackoff = Backoff(base: .milliseconds(500), cap: .seconds(15), jitter: .half)

    func run() async throws {
        let shutdown = ShutdownFlag()
        let database = StoredBatches(pool: pool)
        let gate = WorldGate(
            shutdown: shutdown, metrics: metrics, logger: logger, announce: flush,
            probe: { try await database.probe() })
        let health = WorkerHealth(consumers: 1...configuration.concurrency, gate: gate)
        try await withGracefulShutdownHandler {
            try await reporting(health, gate) {
                guard let queue = try await start(gate, shutdown, health) else { return }
                await consume(queue, database, gate, shutdown, health)
            }
        } onGracefulShutdown: {
            shutdown.begin()
        }
        var metadata: Logger.Metadata = [:]
        if let peak = ProcessMemory.peakResidentBytes() { metadata["peak_memory_bytes"] = .stringConvertible(peak) }
        logger.info("worker stopped", metadata: metadata)
    }

    /// Waits until queue and database are there and fit.
    ///
    /// - Returns: nil when it was told to stop meanwhile.
    /// - Throws: ``UnfitQueue``, or that a pooler in transaction mode stands before the database: waiting changes neither. At a terminal
    ///   also what is most likely a wrong setting.
    private func start(_ gate: WorldGate, _ shutdown: ShutdownFlag, _ health: WorkerHealth) async throws -> WorkQueue? {
        let queue = try await waiting(for: .queue, gate, shutdown, health) {
            try await WorkQueue(sqs: sqs, queueURL: configuration.queue.queueURL, logger: logger)
        }
        guard let queue else { return nil }
        let schema: Void? = try await waiting(for: .database, gate, shutdown, health) {
            try await pool.checkSessions(logger: logger)
            try await pool.withConnection { connection in
                try await Migrator(connection: connection, logger: logger).requireCurrentSchema()
            }
        }
        guard schema != nil else { return nil }
        logger.info(
            "worker started",
            metadata: [
                "concurrency": .stringConvertible(configuration.concurrency),
                "visibility_timeout_s": .stringConvertible(queue.visibilityTimeout.components.seconds),
            ])
        return queue
    }

    private func waiting<Value>(
        for dependency: OutageState.Dependency, _ gate: WorldGate, _ shutdown: ShutdownFlag, _ health: WorkerHealth,
        _ work: () async throws -> Value
    ) async throws -> Value? {
        var failures = 0
        while !shutdown.isSet, !Task.isCancelled {
            do {
                let value = try await work()
                gate.recovered(dependency)
                return value
            } catch let error as UnfitQueue {
                throw error
            } catch let error as PostgresError where error.code == .transactionPooling {
                throw error
            } catch {
                guard !shutdown.isSet, !Task.isCancelled else { return nil }
                failures += 1
                // A person at a terminal can correct it at once, and wants to know.
                if failures == 1, FileHandleOutput.standardError.isTerminal, Self.isFinalForPerson(error) {
                    throw error
                }
                gate.failed(dependency, reason: "\(error)", isCertain: true)
                health.consumersBegin()
                await shutdown.sleep(for: Self.startBackoff.pause(afterFailures: failures))
            }
        }
        return nil
    }

    /// Whether a setting is wrong, most likely.
    private static func isFinalForPerson(_ error: any Error) -> Bool {
        switch error {
        case let error as SQSError: return !error.isRetryable
        case let error as PostgresError: return error.isTypingMistake
        default: return false
        }
    }

    private func consume(
        _ queue: WorkQueue, _ database: StoredBatches, _ gate: WorldGate, _ shutdown: ShutdownFlag,
        _ health: WorkerHealth
    ) async {
        health.consumersBegin()
        await withDiscardingTaskGroup { group in
            for number in 1...configuration.concurrency {
                var logger = logger
                logger[metadataKey: "consumer"] = .stringConvertible(number)
                let consumer = QueueConsumer(
                    queue: queue,
                    applier: BatchApplier(
                        database: database, maximumReceives: queue.maximumReceives, metrics: metrics, logger: logger),
                    gate: gate, shutdown: shutdown, metrics: metrics,
                    pulse: ConsumerPulse(health: health, consumer: number))
                group.addTask { await consumer.run() }
            }
        }
    }

    /// Writes the health file, if there is to be one, while the work goes on.
    private func reporting(_ health: WorkerHealth, _ gate: WorldGate, during work: () async throws -> Void) async throws
    {
        guard let file = configuration.healthFile else { return try await work() }
        let heartbeat = Heartbeat(health: health, file: file, gate: gate, logger: logger)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await heartbeat.run() }
            defer { group.cancelAll() }
            try await work()
        }
    }
}
