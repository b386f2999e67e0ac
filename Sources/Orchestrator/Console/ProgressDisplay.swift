import Logging
import ServiceRuntime
import SyncCore
import SyncPipeline

/// Shows how far a sync is: lines that keep changing on a terminal, a log line now and then elsewhere.
struct ProgressDisplay: SyncObserver {
    /// Where progress is shown.
    enum Mode: Sendable {
        /// Log lines only.
        case log
        /// Lines redrawn in place on the terminal at standard error.
        case live

        /// Live when standard error is a terminal that can be drawn on, unless its lines were asked for as JSON.
        init(_ settings: Settings, traits: TerminalTraits = Console.standardError.traits) {
            let wantsJSON = settings.string("LOG_FORMAT")?.lowercased() == LogFormat.json.rawValue
            self = traits.canRedraw && !wantsJSON ? .live : .log
        }
    }

    /// Time between two log lines.
    private static let logInterval = Duration.seconds(10)
    /// Time between two drawings; also how soon a window that was resized is drawn anew.
    private static let drawInterval = Duration.milliseconds(250)

    let mode: Mode
    private let start = ContinuousClock.now

    init(mode: Mode) {
        self.mode = mode
    }

    var showsQueue: Bool { mode == .live }

    /// Shows the progress again and again, until cancelled.
    func watch(_ progress: SyncProgress, logger: Logger) async throws {
        var rates = ProgressRates()
        var standstill = Standstill()
        while true {
            switch mode {
            case .live:
                let snapshot = progress.snapshot(elapsed: ContinuousClock.now - start, rates: &rates)
                draw(snapshot, syncID: progress.syncID, still: standstill.observe(snapshot))
                try await Task.sleep(for: Self.drawInterval)
            case .log:
                try await Task.sleep(for: Self.logInterval)
                logger.info(
                    "sync under way", metadata: Self.metadata(progress.counters, elapsed: ContinuousClock.now - start))
            }
        }
    }

    /// Shows how the sync ended.
    func ended(_ entry: SyncLogEntry, _ progress: SyncProgress, logger: Logger) {
        if mode == .live {
            let console = Console.standardError
            console.finish(
                SyncSummary.lines(
                    entry, columns: console.size.columns, style: TextStyle(isOn: console.traits.usesColour)))
            return
        }
        var metadata = Self.metadata(entry.counters, elapsed: ContinuousClock.now - start)
        metadata["inserted"] = .stringConvertible(entry.counters.inserted)
        metadata["updated"] = .stringConvertible(entry.counters.updated)
        metadata["unchanged"] = .stringConvertible(entry.counters.unchanged)
        metadata["duplicates"] = .stringConvertible(entry.counters.duplicates)
        metadata["status"] = "\(entry.status.rawValue)"
        if let peak = ProcessMemory.peakResidentBytes() { metadata["peak_memory_bytes"] = .stringConvertible(peak) }
        if let error = entry.errorMessage {
            metadata["error"] = "\(error)"
            logger.error("sync failed", metadata: metadata)
        } else {
            logger.info("sync completed", metadata: metadata)
        }
    }

    private func draw(_ snapshot: ProgressSnapshot, syncID: Int64, still: Duration?) {
        let console = Console.standardError
        let traits = console.traits
        let layout = ProgressLayout(
            columns: console.size.columns, usesColour: traits.usesColour, usesUnicode: traits.usesUnicode)
        console.show(layout.lines(snapshot, syncID: syncID, still: still))
    }

    private static func metadata(_ counters: SyncCounters, elapsed: Duration) -> Logger.Metadata {
        [
            "elapsed_ms": .stringConvertible(Int(elapsed / .milliseconds(1))),
            "received": .stringConvertible(counters.received),
            "rejected": .stringConvertible(counters.rejected),
            "batches_sent": .stringConvertible(counters.batchesSent),
            "batches_applied": .stringConvertible(counters.batchesApplied),
            "stream_attempts": .stringConvertible(counters.streamAttempts),
            "stream_bytes": .stringConvertible(counters.streamBytes),
        ]
    }
}
