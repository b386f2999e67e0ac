#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What may be written to an output: whether a person looks at it, how wide it is, and what it can show.
package struct TerminalTraits: Sendable, Equatable {
    /// Columns and rows; nil when the output is no terminal or does not say.
    package let size: TerminalSize?
    /// Whether lines that were written can be changed: a terminal that knows how to move the cursor.
    package let canRedraw: Bool
    package let usesColour: Bool
    /// Whether characters beyond ASCII can be shown.
    package let usesUnicode: Bool

    /// - Parameters:
    ///   - environment: `TERM=dumb` means a terminal that only prints; `NO_COLOR`, when not empty, that colour is not wanted
    ///     (https://no-color.org); `LC_ALL`, `LC_CTYPE` and `LANG`, in this order, say whether it takes UTF-8.
    package init(isTerminal: Bool, size: TerminalSize?, environment: [String: String]) {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        self.size = isTerminal ? size : nil
        // Without TERM nothing is known of the terminal; cron and some editors run programs so.
        canRedraw = isTerminal && value("TERM").map { $0 != "dumb" } ?? false
        usesColour = canRedraw && value("NO_COLOR") == nil
        let locale = value("LC_ALL") ?? value("LC_CTYPE") ?? value("LANG") ?? ""
        let encoding = locale.lowercased().filter { $0 != "-" }
        usesUnicode = encoding.contains("utf8")
    }

    /// The traits of an output of this process as they are now; a window that is resized has others afterwards.
    package init(_ output: FileHandleOutput) {
        self.init(
            isTerminal: output.isTerminal, size: output.terminalSize,
            environment: ProcessInfo.processInfo.environment)
    }
}

/// A terminal's size in characters.
package struct TerminalSize: Sendable, Equatable {
    package let columns: Int
    package let rows: Int

    package init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
    }
}

extension FileHandleOutput {
    /// nil when it is no terminal, or one that has not been told its size.
    package var terminalSize: TerminalSize? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        return TerminalSize(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }
}
