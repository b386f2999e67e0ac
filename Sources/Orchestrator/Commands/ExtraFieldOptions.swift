import ArgumentParser
import ServiceRuntime
import SyncCore

/// What is synced beyond the five fields of every user.
struct ExtraFieldOptions: ParsableArguments, SettingFlags {
    @Option(
        help:
            "Further fields of the source as jsonKey:type[:column], comma-separated; types text, integer, number, boolean, timestamp (SYNC_EXTRA_FIELDS; none)."
    )
    var extraFields: String?

    var flags: [String: String?] { [ExtraFieldsError.variable: extraFields] }

    /// `SYNC_EXTRA_FIELDS`, checked.
    static func fields(_ settings: Settings) throws(ConfigurationError) -> ExtraFields {
        guard let text = settings.string(ExtraFieldsError.variable) else { return .none }
        do {
            return try ExtraFields(setting: text)
        } catch {
            throw ConfigurationError(variable: ExtraFieldsError.variable, problem: error.problem)
        }
    }
}
