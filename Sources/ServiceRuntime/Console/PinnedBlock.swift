/// Lines at the lower end of a terminal that are drawn over in place, while other lines scroll by above them.
///
/// A value that answers with what is to be written, so that it is tested without a terminal. The cursor rests at the end of the
/// last line, and no mode of the terminal is changed: a process that is killed leaves nothing to be repaired.
package struct PinnedBlock: Sendable {
    private var drawn: [String] = []

    private static let eraseLineRest = "\u{1b}[K"
    private static let eraseBelow = "\u{1b}[J"

    package init() {}

    /// Draws other lines in the place of those that are there.
    /// - Parameter lines: each narrower than the terminal, so that none wraps; not more than the terminal has rows.
    package mutating func replace(with lines: [String], size: TerminalSize) -> String {
        // Each line erases its own rest instead of everything being erased first: that would flicker.
        let text =
            toTop(columns: size.columns) + lines.map { $0 + Self.eraseLineRest }.joined(separator: "\n")
            + Self.eraseBelow
        drawn = lines
        return text
    }

    /// Writes lines above the block.
    /// - Parameter text: whole lines with their ends.
    package func writeAbove(_ text: String, size: TerminalSize) -> String {
        guard !drawn.isEmpty else { return text }
        return toTop(columns: size.columns) + Self.eraseBelow + text + drawn.joined(separator: "\n")
    }

    /// Takes the block away and writes lines that stay.
    package mutating func finish(with lines: [String], size: TerminalSize) -> String {
        defer { drawn = [] }
        let erase = drawn.isEmpty ? "" : toTop(columns: size.columns) + Self.eraseBelow
        return erase + lines.map { $0 + "\n" }.joined()
    }

    /// Moves the cursor to the first column of the block's first row.
    ///
    /// A window that was made narrower has wrapped the lines in the meantime, as terminals do today, so rows are counted
    /// for the width it has now.
    private func toTop(columns: Int) -> String {
        let rows = drawn.reduce(0) { rows, line in
            rows + max(1, (TextWidth.columns(of: line) + columns - 1) / max(1, columns))
        }
        return rows > 1 ? "\r\u{1b}[\(rows - 1)A" : "\r"
    }
}
