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
        let failure: any Error
        do {
            let lastCompleted = try await record.lastCompleted()
            for observer in observers { observer.began(after: lastCompleted) }
            try await runStages(RecordMinimum(percent: configuration.minimumPercent, after: lastCompleted))
            return ended(try await finish { try await record.complete() })
        } catch let error as SyncSessionError where !error.leavesRow {
            // The row is no longer ours to write.
            throw error
        } catch let error as EndUnknown {
            throw error
        } catch {
            failure = error
        }
        let reason =
            failure is CancellationError
            ? "interrupted: the orchestrator was told to stop; the next sync reads everything again" : "\(failure)"
        let lacksBatches = (failure as? SyncFailure)?.lacksBatches ?? false
        return ended(
            try await finish {
                try await record.fail(progress.counters, reason: reason, lacksBatches: lacksBatches)
            })
    }

    private func ended(_ entry: SyncLogEntry) -> SyncLogEntry {
        for observer in observers { observer.ended(entry, progress, logger: logger) }
        return entry
    }

    /// The end must reach the SyncLog also when this task was cancelled: it runs in a task of its own, awaited here. Told to stop, it has
    /// a few seconds for that.
    /// - Throws: ``EndUnknown`` when the database went away and stayed away.
    private func finish(_ end: @escaping @Sendable () async throws -> SyncLogEntry) async throws -> SyncLogEntry {
        let task = Task { try await end() }
        do {
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                record.hurry()
            }
        } catch let error as OutageError {
            throw EndUnknown(syncID: record.syncID, outage: error)
        }
    }

    /// Runs the stages, and beside them what watches and records.
    private func runStages(_ minimum: RecordMinimum) async throws {
        let sender = BatchSender(
            sqs: sqs, queueURL: configuration.queueURL, record: record, trace: trace,
            maximumCallBytes: configuration.maximumMessageBytes, patience: configuration.patience, progress: progress,
            clock: clock, logger: logger)
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
                try await streamAndDrain(sender, minimum)
                return true
            }
            // The first to end decides: success of the last one, or any failure.
            while let isComplete = try await group.next(), !isComplete {}
            group.cancelAll()
        }
    }

    /// The story of a sync.
    private func streamAndDrain(_ sender: BatchSender, _ minimum: RecordMinimum) async throws {
        var minimum = minimum
        let comparison = TableComparison(
            table: table, syncID: record.syncID, place: configuration.indexFolder, logger: logger)
        var sink = SyncSink(
            configuration: configuration, record: record, comparison: comparison, sender: sender, progress: progress,
            observers: observers, clock: clock, logger: logger)
        let reader = StreamReader(
            source: source, attempts: StreamAttempts(maximum: configuration.streamAttempts),
            idleTimeout: configuration.legacyAPI.idleTimeout, extraFields: configuration.extraFields,
            versionUnit: try await table.versionUnit(), clock: clock, logger: logger)

        try await reader.read(into: &sink, atLeast: &minimum)
        if try await !comparison.isProven() {
            // Someone else touched rows that the sync relied on. Sending every user relies on nothing.
            logger.warning("the stream is read again, and every user is sent")
            sink.mode = .full
            try await reader.read(into: &sink, atLeast: &minimum)
        }
        if let profile = sink.profile {
            try await SourceWatch(record: record, progress: progress, logger: logger).keep(profile)
        }
        var verdict = comparison.verdict(configuration.missingUsers, damagedRecords: sink.damagedRecords)
        if let shortage = minimum.shortage {
            verdict.refusal = SyncFailure(shortage).description
            progress.note(shortage)
        }
        progress.update {
            $0.missing = verdict.missing
            $0.newer = comparison.filter?.newerUsers
            $0.newerByMinutes = comparison.filter?.newerByMinutes
        }
        let outcome = try await comparison.store(verdict, counters: progress.counters)

        progress.beginDraining()
        try await sender.finish()
        for observer in observers { observer.streamCompleted(progress) }
        let sent = await sender.sent
        guard sent.isGapless else {
            throw SyncFailure("batch numbers are missing among those that were sent: this is a defect, report it")
        }
        try await record.streamCompleted(progress.counters, usersSent: sent.users)
        do {
            try await drain.run(sent: sent, verdict: outcome)
        } catch let failure as SyncFailure {
            // No replay of what is missing completes a sync for which the source sent too little.
            guard let shortage = minimum.shortage else { throw failure }
            throw SyncFailure("\(shortage); besides, \(failure)")
        }
        try await comparison.carryOut(outcome)
        if verdict.decision == .postpone { progress.noteMarkingPostponed() }
    }

    private var drain: Drain {
        Drain(
            record: record,
            deadLetters: DeadLetterQueue.Locator(
                sqs: sqs, queueURL: configuration.queueURL, configuredURL: configuration.deadLetterQueueURL),
            stallTimeout: configuration.stallTimeout, patience: configuration.patience, progress: progress,
            clock: clock, logger: logger)
    }
}
