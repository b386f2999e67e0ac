import ServiceRuntime
import SyncCore
import SyncPipeline

/// Lays a sync's progress out as lines for a terminal; pure, so that every width is tested without one.
struct ProgressLayout: Sendable {
    /// Columns of the terminal.
    let columns: Int
    let style: TextStyle
    let usesUnicode: Bool

    /// Wider than this a line is hard to read across.
    private static let widest = 100
    /// From here on two fields stand beside each other.
    private static let narrowestPair = 64

    init(columns: Int, usesColour: Bool, usesUnicode: Bool) {
        self.columns = columns
        self.style = TextStyle(isOn: usesColour)
        self.usesUnicode = usesUnicode
    }

    /// The last column stays free: a terminal wraps when it is written to, some before the next character and some after.
    private var width: Int { max(1, min(columns, Self.widest) - 1) }

    /// The display of a sync under way. Each line takes fewer columns than the terminal has.
    /// - Parameter still: for how long nothing has moved; see ``Standstill``.
    func lines(_ snapshot: ProgressSnapshot, syncID: Int64, still: Duration? = nil) -> [String] {
        let estimate = ProgressEstimate(snapshot)
        var lines = [title(snapshot, syncID: syncID), bar(snapshot, estimate)]
        lines += notes(snapshot, still: still).flatMap { TextWidth.wrap($0, to: width) }.map(style.notable)
        let fields = fields(snapshot)
        if columns >= Self.narrowestPair {
            let left = width / 2
            for pair in stride(from: 0, to: fields.count, by: 2) {
                let first = field(fields[pair], width: left)
                let second = pair + 1 < fields.count ? field(fields[pair + 1], width: width - left) : nil
                lines.append(second.map { pad(first, to: left) + $0 } ?? first)
            }
        } else {
            lines += fields.map { field($0, width: width) }
        }
        return lines
    }

    // MARK: Parts

    private func title(_ snapshot: ProgressSnapshot, syncID: Int64) -> String {
        let doing =
            switch snapshot.phase {
            case .streaming where snapshot.counters.streamAttempts > 1:
                "streaming, attempt \(snapshot.counters.streamAttempts)"
            case .streaming: "streaming"
            case .draining: "applying"
            }
        let text = TextWidth.cut(
            "sync \(syncID)  \(doing)  \(Humanized.duration(snapshot.elapsed))", to: width, ellipsis: ellipsis)
        return style.bold(text)
    }

    /// What a person should know, and would not see from the numbers.
    private func notes(_ snapshot: ProgressSnapshot, still: Duration?) -> [String] {
        var notes: [String] = []
        if snapshot.batchesDead > 0 {
            let letters =
                snapshot.batchesDead == 1
                ? "1 batch is a dead letter" : "\(batches(snapshot.batchesDead)) are dead letters"
            notes.append("\(letters): see 'orchestrator dead-letters list'")
        }
        if let still {
            let time = Humanized.roughly(still)
            switch snapshot.phase {
            case .streaming: notes.append("nothing was read for \(time)")
            case .draining: notes.append("no batch was applied for \(time): do workers run?")
            }
        }
        return notes
    }

    /// `[#######-----]  58%  about 2m 10s left`; without a measure only what is known.
    private func bar(_ snapshot: ProgressSnapshot, _ estimate: ProgressEstimate) -> String {
        let time = estimate.remaining.map { "about \(Humanized.roughly($0)) left" }
        guard let fraction = estimate.fractionDone else {
            let known =
                snapshot.last.map { "beyond the \(Humanized.count($0.users)) users of last time" }
                ?? "no earlier sync to compare with"
            return style.dim(TextWidth.cut(known, to: width, ellipsis: ellipsis))
        }
        let percent = "\(Int(fraction * 100))%"
        let tail = "  " + String(repeating: " ", count: max(0, 4 - percent.count)) + percent
        let rest = tail + (time.map { "  \($0)" } ?? "")
        let room = min(50, width - TextWidth.columns(of: rest) - 2)
        guard room >= 5 else { return TextWidth.cut(String(rest.dropFirst(2)), to: width, ellipsis: ellipsis) }
        let full = Int(fraction * Double(room))
        let done = String(repeating: usesUnicode ? "█" : "#", count: full)
        let todo = String(repeating: usesUnicode ? "░" : "-", count: room - full)
        return "[" + style.good(done) + style.dim(todo) + "]" + rest
    }

    private struct Field {
        let name: String
        let value: String
        var isNotable = false
    }

    private func fields(_ snapshot: ProgressSnapshot) -> [Field] {
        let counters = snapshot.counters
        let users =
            Humanized.count(counters.received)
            + (snapshot.usersPerSecond.map { "  \(Humanized.count(Int($0.rounded())))/s" } ?? "")
        let bytes =
            Humanized.bytes(counters.streamBytes)
            + (snapshot.bytesPerSecond.map { "  \(Humanized.bytes(Int64($0)))/s" } ?? "")
        let queue =
            snapshot.queue.map { "\(Humanized.count($0.waiting)) waiting, \(Humanized.count($0.inFlight)) in flight" }
            ?? "-"
        return [
            Field(name: "users", value: users),
            Field(name: "bytes", value: bytes),
            Field(name: "sent", value: batches(counters.batchesSent)),
            Field(name: "applied", value: batches(counters.batchesApplied)),
            Field(name: "in flight", value: batches(snapshot.batchesInFlight)),
            Field(name: "queue", value: queue),
            Field(name: "rejects", value: Humanized.count(counters.rejected), isNotable: counters.rejected > 0),
            Field(name: "last sync", value: snapshot.last.map(last) ?? "-"),
        ]
    }

    private func batches(_ count: Int) -> String {
        "\(Humanized.count(count)) \(count == 1 ? "batch" : "batches")"
    }

    private func last(_ last: LastSync) -> String {
        "\(Humanized.count(last.users)) in \(Humanized.duration(last.duration))"
    }

    /// A name and its value, cut to the width.
    private func field(_ field: Field, width: Int) -> String {
        let name = field.name + String(repeating: " ", count: max(1, 11 - field.name.count))
        guard width > name.count else { return TextWidth.cut(field.name, to: width, ellipsis: ellipsis) }
        let value = TextWidth.cut(field.value, to: width - name.count, ellipsis: ellipsis)
        return style.dim(name) + (field.isNotable ? style.notable(value) : value)
    }

    private func pad(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - TextWidth.columns(of: text)))
    }

    private var ellipsis: String { usesUnicode ? "…" : "~" }
}
