import Logging
import SQS
import SyncCore
import SyncStorage

/// One whole sync, stage by stage: stream, delta, batch and send, then drain.
struct SyncRun: Sendable {
    let configuration: SyncConfiguration
    let record: any SyncRecord
    let source: any StreamSource
    let table: any ComparedTable
    let sqs: SQSClient
    let observers: [any SyncObserver]
    let clock: PipelineClock
    let progress: SyncProgress
    private let trace: TraceContext
    private let logger: Logger

    init(
        configuration: SyncConfiguration, record: any SyncRecord, source: any StreamSource, table: any ComparedTable,
        sqs: SQSClient, observers: [any SyncObserver], clock: PipelineClock = .live, logger: Logger
    ) {
        var logger = logger
        logger[metadataKey: "sync_id"] = .stringConvertible(record.syncID)
        var generator = SystemRandomNumberGenerator()
        trace = TraceContext(using: &generator)
        logger[metadataKey: "trace_id"] = "\(trace.traceID)"
        self.configuration = configuration
        self.record = record
        self.source = source
        self.table = table
        self.sqs = sqs
        self.observers = observers
        self.clock = clock
        self.progress = SyncProgress(syncID: record.syncID)
        self.logger = logger
    }

    /// Runs the sync to its end and writes that end into the SyncLog.
    /// - Returns: the finished row, COMPLETED or FAILED.
    /// - Throws: only when the row itself could not be written.
    func run() async throws -> SyncLogEntry {
        logger.info("sync started")
        let entry: SyncLogEntry
        do {
            let lastCompleted = try await record.lastCompleted()
            for observer in observers { observer.began(after: lastCompleted) }
            try await runStages()
            entry = try await finish { try await record.complete(progress.counters) }
        } catch let error as SyncSessionError {
            // The row is no longer ours to write.
            throw error
        } catch {
            let reason =
                error is CancellationError
                ? "interrupted: the orchestrator was told to stop; the next sync reads everything again" : "\(error)"
            let lacksBatches = (error as? SyncFailure)?.lacksBatches ?? false
            entry = try await finish {
                try await record.fail(progress.counters, reason: reason, lacksBatches: lacksBatches)
            }
        }
        for observer in observers { observer.ended(entry, progress, logger: logger) }
        return entry
    }

    /// The end must reach the SyncLog also when this task was cancelled: it runs in a task of its own, awaited here.
    private func finish(_ end: @escaping @Sendable () async throws -> SyncLogEntry) async throws -> SyncLogEntry {
        try await Task { try await end() }.value
    }

    /// Runs the stages, and beside them what watches and records.
    private func runStages() async throws {
        let sender = BatchSender(
            sqs: sqs, queueURL: configuration.queueURL, trace: trace,
            maximumCallBytes: configuration.maximumMessageBytes, progress: progress, clock: clock, logger: logger)
        let recorder = ProgressRecorder(record: record, progress: progress)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await sender.run()
                return false
            }
            group.addTask {
                try await recorder.run()
                return false
            }
            for observer in observers {
                group.addTask {
                    try await observer.watch(progress, logger: logger)
                    return false
                }
            }
            if observers.contains(where: \.showsQueue) {
                group.addTask {
                    try await recorder.watch(sqs, queueURL: configuration.queueURL, logger: logger)
                    return false
                }
            }
            group.addTask {
                try await streamAndDrain(sender)
                return true
            }
            // The first to end decides: success of the last one, or any failure.
            while let isComplete = try await group.next(), !isComplete {}
            group.cancelAll()
        }
    }

    /// The story of a sync.
    private func streamAndDrain(_ sender: BatchSender) async throws {
        let comparison = TableComparison(
            table: table, syncID: record.syncID, maximumUsers: configuration.deltaMaximumUsers, logger: logger)
        var sink = SyncSink(
            configuration: configuration, record: record, comparison: comparison, sender: sender, progress: progress,
            observers: observers)
        let reader = StreamReader(
            source: source, retry: StreamRetryPolicy(maximumAttempts: configuration.streamAttempts), clock: clock,
            logger: logger)

        try await reader.read(into: &sink)
        if try await !comparison.isProven() {
            // Someone else touched rows that the sync relied on. Sending every user relies on nothing.
            logger.warning("the stream is read again, and every user is sent")
            sink.mode = .full
            try await reader.read(into: &sink)
        }
        progress.update { $0.missing = comparison.filter?.missingUsers }
        try await record.recordComparison(progress.counters)

        progress.beginDraining()
        try await sender.finish()
        for observer in observers { observer.streamCompleted(progress) }
        try await record.streamCompleted(progress.counters)
        try await drain.run(sent: sender.sent)
        try await comparison.settleMissing(configuration.missingUsers, damagedRecords: sink.damagedRecords)
    }

    private var drain: Drain {
        Drain(
            record: record,
            deadLetters: DeadLetterQueue.Locator(
                sqs: sqs, queueURL: configuration.queueURL, configuredURL: configuration.deadLetterQueueURL),
            stallTimeout: configuration.stallTimeout, progress: progress, clock: clock, logger: logger)
    }
}
