package import Logging

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Writes each log event as one line of JSON or text to standard error, in one write so that lines never interleave.
package struct ServiceLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let look: LogLook
    private let write: @Sendable (String) -> Void

    /// - Parameter write: takes whole lines including their ends; standard error by default.
    package init(
        label: String,
        look: LogLook,
        level: Logger.Level,
        write: @escaping @Sendable (String) -> Void = { Console.standardError.write($0) }
    ) {
        self.label = label
        self.look = look
        self.logLevel = level
        self.write = write
    }

    /// One line for each event, in a format.
    package init(
        label: String, format: LogFormat, level: Logger.Level,
        write: @escaping @Sendable (String) -> Void = { Console.standardError.write($0) }
    ) {
        self.init(label: label, look: .format(format), level: level, write: write)
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var merged = metadata
        if let provided = metadataProvider?.get() {
            merged.merge(provided) { _, new in new }
        }
        if let own = event.metadata {
            merged.merge(own) { _, new in new }
        }
        let format: LogFormat
        switch look {
        case .format(let chosen): format = chosen
        case .terminal(let phrases):
            let console = Console.standardError
            let line = TerminalLine(
                clock: TimeOfDay.now, level: event.level,
                text: phrases.line(event.message.description, LogFields(merged)))
            let style = TextStyle(isOn: console.traits.usesColour)
            write(line.lines(columns: console.size.columns, style: style).map { $0 + "\n" }.joined())
            return
        }
        let line = LogLine(
            date: Date(),
            level: event.level,
            label: label,
            message: event.message.description,
            metadata: merged.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        )
        write((format == .json ? line.json : line.text) + "\n")
    }
}
