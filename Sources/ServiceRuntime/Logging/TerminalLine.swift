import Logging
import SyncCore

/// Lays one log event out for a person at a terminal: the time, a mark for what went wrong, and a text that is broken between words.
///
/// No line is wider than the window. Pure, so that every width is tested without a terminal.
struct TerminalLine {
    /// The time of day, `12:00:05`.
    let clock: String
    let level: Logger.Level
    /// What happened, made printable here.
    let text: String

    /// In a window narrower than this the time is left out.
    private static let narrowestWithClock = 40

    /// - Parameter columns: of the window; its last one stays free.
    func lines(columns: Int, style: TextStyle) -> [String] {
        let mark = level >= .warning ? "! " : "  "
        let head = columns >= Self.narrowestWithClock ? "\(clock) \(mark)" : mark
        let room = max(1, columns - 1 - head.count)
        return TextWidth.wrap(PrintableText.line(text), to: room).enumerated().map { number, line in
            (number == 0 ? style.dim(head) : String(repeating: " ", count: head.count)) + styled(line, style)
        }
    }

    private func styled(_ text: String, _ style: TextStyle) -> String {
        switch level {
        case .error, .critical: style.bad(text)
        case .warning: style.notable(text)
        case .trace, .debug: style.dim(text)
        case .info, .notice: text
        }
    }
}
