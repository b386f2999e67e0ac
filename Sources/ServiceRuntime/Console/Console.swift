import Synchronization

/// A terminal that log lines and a live display share without disturbing each other.
package final class Console: Sendable {
    /// The one on standard error, where logs and progress go; results go to standard output.
    package static let standardError = Console(.standardError, holdsResults: false)
    package static let standardOutput = Console(.standardOutput, holdsResults: true)

    private let output: FileHandleOutput
    /// Whether it matters when something cannot be written.
    private let holdsResults: Bool
    private let block = Mutex(PinnedBlock())

    /// What a terminal is taken for that does not say.
    private static let usualSize = TerminalSize(columns: 80, rows: 24)

    private init(_ output: FileHandleOutput, holdsResults: Bool) {
        self.output = output
        self.holdsResults = holdsResults
    }

    package var traits: TerminalTraits { TerminalTraits(output) }

    /// The size to lay lines out for.
    package var size: TerminalSize { output.terminalSize ?? Self.usualSize }

    /// Writes whole lines, above the live display when there is one.
    package func write(_ text: String) {
        block.withLock { put($0.writeAbove(text, size: size)) }
    }

    /// Shows lines as the live display, in the place of those it showed before. Only for an output with
    /// ``TerminalTraits/canRedraw``.
    package func show(_ lines: [String]) {
        let size = size
        // A block higher than the window could not be drawn over: its first rows would have scrolled away.
        block.withLock { put($0.replace(with: Array(lines.prefix(max(1, size.rows - 1))), size: size)) }
    }

    /// Ends the live display; the lines given stay where it was.
    package func finish(_ lines: [String] = []) {
        block.withLock { put($0.finish(with: lines, size: size)) }
    }

    private func put(_ text: String) {
        if let code = output.writeAll(text), holdsResults { StandardOutput.failed(code) }
    }
}
