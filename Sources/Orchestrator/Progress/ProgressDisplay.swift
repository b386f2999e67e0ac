import Logging
import ServiceRuntime
import SyncCore
import Synchronization

/// Shows how far a sync is: one line that keeps changing on a terminal, a log line now and then elsewhere.
final class ProgressDisplay: Sendable {
    /// Seconds between two log lines where nobody watches.
    private static let logInterval = Duration.seconds(10)

    private let logger: Logger
    private let output = FileHandleOutput.standardError
    private let start = ContinuousClock.now
    private let lastLogged = Mutex(ContinuousClock.now)

    init(logger: Logger) {
        self.logger = logger
    }

    /// Shows the counters as they are now.
    func show(_ counters: SyncCounters) {
        let elapsed = ContinuousClock.now - start
        if output.isTerminal {
            output.write("\r\u{1b}[2K" + Self.line(counters, elapsed: elapsed))
            return
        }
        let isDue = lastLogged.withLock { last in
            guard ContinuousClock.now - last >= Self.logInterval else { return false }
            last = .now
            return true
        }
        if isDue { logger.info("sync under way", metadata: Self.metadata(counters, elapsed: elapsed)) }
    }

    /// Shows how the sync ended.
    func finish(_ entry: SyncLogEntry) {
        if output.isTerminal { output.write("\r\u{1b}[2K") }
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

    /// "12.3 s  512000 users  41626/s  sent 503  applied 478  rejects 12  attempt 2"
    static func line(_ counters: SyncCounters, elapsed: Duration) -> String {
        let tenths = Int(elapsed / .milliseconds(100))
        let rate = tenths > 0 ? counters.received * 10 / tenths : 0
        return "\(tenths / 10).\(tenths % 10) s  \(counters.received) users  \(rate)/s  sent \(counters.batchesSent)  "
            + "applied \(counters.batchesApplied)  rejects \(counters.rejected)  attempt \(counters.streamAttempts)"
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
