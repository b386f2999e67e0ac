package import ArgumentParser

/// How a command logs.
package struct LoggingOptions: ParsableArguments, SettingFlags {
    @Option(help: "trace, debug, info, notice, warning, error or critical (LOG_LEVEL; info).")
    package var logLevel: String?

    @Option(help: "json or text (LOG_FORMAT; json, or short lines when standard error is a terminal).")
    package var logFormat: String?

    package init() {}

    package var flags: [String: String?] {
        ["LOG_LEVEL": logLevel, "LOG_FORMAT": logFormat]
    }
}
