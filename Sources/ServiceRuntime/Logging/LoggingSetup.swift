import Logging

/// Sets up logging for the whole process from `LOG_LEVEL` and `LOG_FORMAT`.
package enum LoggingSetup {
    /// Reads the two settings and installs the log handler; call it once, first thing in a command.
    ///
    /// Without `LOG_FORMAT` the format is `json`, or short lines when standard error is a terminal.
    /// - Parameter phrases: how the program words its events in short lines.
    /// - Throws: ``ConfigurationError`` naming the variable when a value is not known.
    package static func bootstrap(
        _ settings: Settings, phrases: TerminalPhrases = TerminalPhrases()
    ) throws(ConfigurationError) {
        let level = try settings.choice("LOG_LEVEL", default: Logger.Level.info)
        let chosen =
            settings.string("LOG_FORMAT") == nil ? nil : try settings.choice("LOG_FORMAT", default: LogFormat.json)
        let look: LogLook =
            chosen.map(LogLook.format)
            ?? (FileHandleOutput.standardError.isTerminal ? .terminal(phrases) : .format(.json))
        LoggingSystem.bootstrap { label in ServiceLogHandler(label: label, look: look, level: level) }
    }
}
