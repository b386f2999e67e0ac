import ArgumentParser
import ServiceRuntime
import SyncCore

extension Patience {
    /// `SYNC_OUTAGE_TIMEOUT`.
    init(_ settings: Settings) throws(ConfigurationError) {
        self.init(limit: .seconds(try settings.integer("SYNC_OUTAGE_TIMEOUT", in: 0...86_400, default: 900)))
    }

    /// Whether a person at a terminal has typed the command of this process.
    static var isTyped: Bool { FileHandleOutput.standardError.isTerminal }
}

/// How long the world may be away.
struct OutageOptions: ParsableArguments, SettingFlags {
    @Option(help: "Seconds for which the database or the queue may be away (SYNC_OUTAGE_TIMEOUT; 900).")
    var outageTimeout: String?

    var flags: [String: String?] { ["SYNC_OUTAGE_TIMEOUT": outageTimeout] }
}
