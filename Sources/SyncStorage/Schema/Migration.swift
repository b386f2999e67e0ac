import Postgres

/// One step of the schema's history. Steps are only ever added: a released one never changes.
struct Migration: Sendable {
    /// 1, 2, 3, … in the order of application.
    let version: Int32
    /// What the step is for, as the migrations table and the log show it.
    let name: String
    /// The statements, applied in one transaction with all other pending steps.
    let statements: [SQL]

    static let all: [Migration] = [
        .initialSchema, .batchFailures, .applyTime, .provenance, .lackOfBatches, .exactCompletion, .takeover,
        .roomForUpdates, .extraFields, .sourceProfiles,
    ]
}
