import ServiceRuntime

/// How standard output wants its text: how wide, and with which styles.
struct OutputPage: Sendable {
    /// Columns a line may take; nil where nothing wraps: a file, a pipe.
    let width: Int?
    let style: TextStyle
    /// Ends a text that was cut.
    let ellipsis: String

    init(width: Int?, style: TextStyle = .plain, ellipsis: String = "…") {
        self.width = width
        self.style = style
        self.ellipsis = ellipsis
    }

    init(_ traits: TerminalTraits) {
        self.init(
            // A line of exactly the terminal's width would make some terminals begin another.
            width: traits.size.map { max(1, $0.columns - 1) },
            style: TextStyle(isOn: traits.usesColour), ellipsis: traits.usesUnicode ? "…" : "~")
    }

    /// That of standard output as it is now.
    static var standardOutput: OutputPage { OutputPage(Console.standardOutput.traits) }
}
