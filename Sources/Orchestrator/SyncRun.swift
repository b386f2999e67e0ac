import CurlHTTP
import Logging
import SQS
import ServiceRuntime
import SyncCore
import SyncStorage

/// One whole sync: streams the legacy API, sends batches, waits until every one of them is applied.
struct SyncRun: Sendable {
    let configuration: SyncConfiguration
    let session: SyncSession
    let reader: LegacyStreamReader
    let sender: BatchSender
    private let drain: Drain
    private let display: ProgressDisplay
    private let recorder: ProgressRecorder
    private let sqs: SQSClient
    let progress: SyncProgress
    let metrics: SyncMetrics
    let logger: Logger

    init(
        configuration: SyncConfiguration, session: SyncSession, http: HTTPClient, sqs: SQSClient,
        display mode: ProgressDisplay.Mode = .log, metrics: SyncMetrics, logger: Logger
    ) {
        var logger = logger
        logger[metadataKey: "sync_id"] = .stringConvertible(session.syncID)
        var generator = SystemRandomNumberGenerator()
        let trace = TraceContext(using: &generator)
        logger[metadataKey: "trace_id"] = "\(trace.traceID)"
        let progress = SyncProgress()
        self.configuration = configuration
        self.session = session
        self.reader = LegacyStreamReader(
            api: LegacyAPI(http: http, configuration: configuration.legacyAPI), progress: progress)
        self.sender = BatchSender(
            sqs: sqs, queueURL: configuration.queue.queueURL, syncID: session.syncID, trace: trace,
            maximumCallBytes: configuration.maximumMessageBytes, progress: progress, logger: logger)
        self.drain = Drain(
            session: session,
            deadLetters: DeadLetterQueue.Locator(
                sqs: sqs, queueURL: configuration.queue.queueURL,
                configuredURL: configuration.queue.deadLetterQueueURL),
            stallTimeout: configuration.stallTimeout, progress: progress, logger: logger)
        self.display = ProgressDisplay(mode: mode, syncID: session.syncID, progress: progress, logger: logger)
        self.recorder = ProgressRecorder(session: session, progress: progress)
        self.sqs = sqs
        self.progress = progress
        self.metrics = metrics
        self.logger = logger
    }

    /// Runs the sync to its end and writes that end into the SyncLog.
    /// - Returns: the finished row, COMPLETED or FAILED.
    /// - Throws: only when the row itself could not be written.
    func run() async throws -> SyncLogEntry {
        logger.info("sync started")
        let entry: SyncLogEntry
        do {
            metrics.began(lastCompletedAge: try await session.lastCompleted()?.age(at: WallClock.milliseconds))
            try await streamSendAndDrain()
            entry = try await finish { try await session.complete(progress.counters) }
        } catch let error as SyncSessionError {
            // The row is no longer ours to write.
            throw error
        } catch {
            let reason =
                error is CancellationError
                ? "interrupted: the orchestrator was told to stop; the next sync reads everything again" : "\(error)"
            let lacksBatches = (error as? SyncFailure)?.lacksBatches ?? false
            entry = try await finish {
                try await session.fail(progress.counters, reason: reason, lacksBatches: lacksBatches)
            }
        }
        metrics.ended(entry.status, progress.counters)
        display.finish(entry)
        return entry
    }

    /// The end must reach the SyncLog also when this task was cancelled: it runs in a task of its own, awaited here.
    private func finish(_ end: @escaping @Sendable () async throws -> SyncLogEntry) async throws -> SyncLogEntry {
        try await Task { try await end() }.value
    }

    private func streamSendAndDrain() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await sender.run()
                return false
            }
            group.addTask {
                try await recorder.run()
                return false
            }
            group.addTask {
                try await metrics.watch(progress)
                return false
            }
            group.addTask {
                try await display.run()
                return false
            }
            if display.mode == .live {
                group.addTask {
                    try await recorder.watch(sqs, queueURL: configuration.queue.queueURL, logger: logger)
                    return false
                }
            }
            group.addTask {
                let comparison = TableComparison(
                    table: UserTable(configuration.database, logger: logger), syncID: session.syncID,
                    maximumUsers: configuration.deltaMaximumUsers, logger: logger)
                let reading = try await readStream(comparing: comparison)
                progress.beginDraining()
                try await sender.finish()
                metrics.streamCompleted(progress.counters)
                try await session.streamCompleted(progress.counters)
                try await drain.run(sent: sender.sent)
                try await comparison.settleMissing(configuration.missingUsers, damagedRecords: reading.damagedRecords)
                return true
            }
            // The first to end decides: success of the last one, or any failure.
            while let isComplete = try await group.next(), !isComplete {}
            group.cancelAll()
        }
    }
}
