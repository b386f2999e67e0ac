import SyncCore
import SyncStorage

/// Judges the extra fields: whether this process, the record in the database and the columns of `users` agree.
enum FieldCheck {
    /// - Parameter setting: what `SYNC_EXTRA_FIELDS` of this process names.
    static func finding(_ facts: FieldFacts, setting: ExtraFields) -> Finding {
        // No sync starts with any of these.
        guard facts.refusals.isEmpty else {
            return .problem(
                .fields, facts.refusals.joined(separator: "; "),
                advice:
                    "change the columns as it says; 'orchestrator migrate' with this SYNC_EXTRA_FIELDS adds those that are missing"
            )
        }
        if let difference = RecordedFields.difference(setting, recorded: facts.recorded) {
            return .problem(
                .fields, "\(ExtraFieldsError.variable) differs from the fields recorded in the database: \(difference)",
                advice: "correct SYNC_EXTRA_FIELDS of this process, or run 'orchestrator migrate' with it")
        }
        guard !facts.recorded.isEmpty else { return .ok(.fields, "no extra field is recorded, and none is set") }
        guard facts.narrowness.isEmpty else {
            return .warning(
                .fields, facts.narrowness.joined(separator: "; "),
                advice: "nothing, if no user needs more. Users who do not fit are set aside: see 'orchestrator rejects'"
            )
        }
        return .ok(.fields, "recorded, and set here: \(facts.recorded.settingText)")
    }
}
