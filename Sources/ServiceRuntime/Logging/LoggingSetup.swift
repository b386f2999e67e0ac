import Logging

/// Sets up logging for the whole process from `LOG_LEVEL` and `LOG_FORMAT`.
package enum LoggingSetup {
    /// Reads the two settings and installs the log handler; call it once, first thing in a command.
    ///
    /// Without `LOG_FORMAT` the format is `json`, or `text` when standard error is a terminal.
    /// - Throws: ``ConfigurationError`` naming the variable when a value is not known.
    package static func bootstrap(_ settings: Settings) throws(ConfigurationError) {
        let automatic: LogFormat = FileHandleOutput.standardError.isTerminal ? .text : .json
        let format = try settings.choice("LOG_FORMAT", default: automatic)
        let level = try settings.choice("LOG_LEVEL", default: Logger.Level.info)
        LoggingSystem.bootstrap { label in ServiceLogHandler(label: label, format: format, level: level) }
    }
}
