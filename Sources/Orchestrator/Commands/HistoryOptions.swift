import ArgumentParser
import ServiceRuntime
import SyncCore

/// For how long the history of a sync is kept.
struct HistoryOptions: ParsableArguments, SettingFlags {
    @Option(
        help:
            "Days after which ledger, rejects, refusals and failures of a sync are deleted; 0 keeps all (SYNC_HISTORY_DAYS; 90)."
    )
    var historyDays: String?

    var flags: [String: String?] { ["SYNC_HISTORY_DAYS": historyDays] }

    /// `SYNC_HISTORY_DAYS`: 0, or at least as many days as a message can be in the queues.
    static func days(_ settings: Settings) throws(ConfigurationError) -> Int {
        let longest = 36_500
        let days = try settings.integer("SYNC_HISTORY_DAYS", in: 0...longest, default: 90)
        guard days == 0 || days >= MessageLifetime.days else {
            throw ConfigurationError(
                variable: "SYNC_HISTORY_DAYS",
                problem: "must be 0, which keeps all, or from \(MessageLifetime.days) to \(longest), not '\(days)': "
                    + "a message can be in the queues for \(MessageLifetime.days) days")
        }
        return days
    }
}
