import ServiceRuntime
import SyncCore

/// How a sync ended, as lines that stay on a person's terminal.
enum SyncSummary {
    static func lines(_ entry: SyncLogEntry, columns: Int, style: TextStyle) -> [String] {
        let counters = entry.counters
        let time = entry.durationMilliseconds.map { Humanized.duration(.milliseconds($0)) } ?? "-"
        let isComplete = entry.status == .completed
        let status = isComplete ? style.good("COMPLETED") : style.bad(entry.status.rawValue)
        var lines = [style.bold("sync \(entry.id)") + "  \(status) \(isComplete ? "in" : "after") \(time)"]
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

    /// Breaks a text between words, so that a terminal does not break it within one.
    static func wrap(_ text: String, columns: Int) -> [String] {
        let width = max(20, columns - 1)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if line.isEmpty {
                line = String(word)
            } else if TextWidth.columns(of: line) + 1 + TextWidth.columns(of: String(word)) <= width {
                line += " \(word)"
            } else {
                lines.append(line)
                line = String(word)
            }
        }
        return lines + [line]
    }
}
