import ServiceRuntime
import SyncCore

/// How a sync ended, as lines that stay on a person's terminal.
enum SyncSummary {
    static func lines(_ entry: SyncLogEntry, columns: Int, style: TextStyle) -> [String] {
        let counters = entry.counters
        let time = entry.durationMilliseconds.map { Humanized.duration(.milliseconds($0)) } ?? "-"
        let isComplete = entry.status == .completed
        let status = isComplete ? style.good("COMPLETED") : style.bad(entry.status.rawValue)
        let end = "\(isComplete ? "in" : "after") \(time)"
        var lines = [style.bold("sync \(entry.id)") + "  \(status) \(end)"]
        if TextWidth.columns(of: lines[0]) >= columns {
            lines = wrap("sync \(entry.id) \(entry.status.rawValue) \(end)", columns: columns)
        }
        if let error = entry.errorMessage {
            lines += wrap(TextWidth.printable(error), columns: columns)
        }
        let counts: [(String, Int)] = [
            ("received", counters.received), ("inserted", counters.inserted), ("updated", counters.updated),
            ("unchanged", counters.unchanged), ("duplicates", counters.duplicates), ("rejected", counters.rejected),
        ]
        lines += wrap(counts.map { "\($0) \(Humanized.count($1))" }.joined(separator: ", "), columns: columns)
        let applied = Humanized.count(counters.batchesApplied)
        lines += wrap("\(applied) of \(Humanized.count(counters.batchesSent)) batches applied", columns: columns)
        if let changes = entry.sourceChanges {
            lines += wrap("the source has changed: \(TextWidth.printable(changes))", columns: columns)
        }
        if counters.rejected > 0 {
            lines += wrap("what was rejected: orchestrator rejects \(entry.id) --summary", columns: columns)
        }
        return lines
    }

    /// Breaks a text for a window, whose last column stays free.
    static func wrap(_ text: String, columns: Int) -> [String] { TextWidth.wrap(text, to: columns - 1) }
}
