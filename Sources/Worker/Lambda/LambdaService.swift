import Backoff
import LambdaRuntime
import Logging
import Postgres
import ServiceLifecycle
import ServiceRuntime
import SyncStorage

/// The worker as a Lambda function: takes its messages from invocations instead of polling the queue.
struct LambdaService: Service {
    let configuration: LambdaConfiguration
    let client: LambdaRuntimeClient
    let pool: PostgresPool
    let metrics: WorkerMetrics
    let export: MetricsExport
    let logger: Logger

    /// An invocation is short, so the database is asked again soon.
    private static let backoff = Backoff(base: .milliseconds(200), cap: .seconds(2), jitter: .half)
    /// How long a connection that was kept may take to answer. A database of the same region takes a millisecond.
    private static let silence = Duration.seconds(1)

    /// - Throws: `LambdaRuntimeError` when Lambda's interface is gone; what makes a start impossible, after Lambda was told.
    func run() async throws {
        do {
            try await pool.checkSessions(logger: logger)
            try await pool.withConnection { connection in
                try await Migrator(connection: connection, logger: logger).requireCurrentSchema()
            }
        } catch {
            await client.tellInitializationFailure("Worker.Start", error, logger: logger)
            throw error
        }
        if configuration.maximumReceives == nil {
            logger.warning(
                "SQS_MAX_RECEIVE_COUNT is not set: batches behind one that cannot be applied go to the dead-letter queue with it"
            )
        }
        logger.info(
            "worker started in Lambda", metadata: ["concurrency": .stringConvertible(configuration.concurrency)])
        let database = StoredBatches(pool: pool)
        let gate = WorldGate(
            backoff: Self.backoff, shutdown: ShutdownFlag(), metrics: metrics, logger: logger,
            announce: { [export] in export.flush() }, probe: { try await database.probe() })
        let handler = InvocationHandler(
            runner: { stop, logger in
                LaneRunner(
                    applier: BatchApplier(
                        database: database, maximumReceives: configuration.maximumReceives, metrics: metrics,
                        logger: logger),
                    gate: gate, stop: stop, pulse: nil)
            },
            concurrency: configuration.concurrency, logger: logger)
        try await cancelWhenGracefulShutdown {
            try await LambdaLoop(client: client, logger: logger).run { invocation in
                // While the function was frozen, connections may have gone without a word.
                await pool.closeSilentConnections(within: Self.silence)
                let answer = await handler.answer(invocation, now: WallClock.milliseconds)
                // Lambda may freeze the process as soon as it has the answer.
                export.flush()
                return answer
            }
        }
        logger.info("worker stopped")
    }
}

extension LambdaRuntimeClient {
    /// Tells Lambda why the program cannot start, as well as it can: the reason is thrown and logged all the same.
    func tellInitializationFailure(_ type: String, _ error: any Error, logger: Logger) async {
        do {
            try await reportInitialization(LambdaFailure(type: type, message: "\(error)"))
        } catch {
            logger.warning("Lambda was not told why the worker cannot start", metadata: ["error": "\(error)"])
        }
    }
}
