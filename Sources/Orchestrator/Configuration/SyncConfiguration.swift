import Postgres
import ServiceRuntime
import SyncCore

/// Everything `orchestrator sync` needs to know, checked before anything is touched.
struct SyncConfiguration: Sendable {
    let legacyAPI: LegacyAPIConfiguration
    let queue: QueueSettings
    let database: PostgresConfiguration
    /// Users in a message, at most.
    let batchSize: Int
    let messageGroups: Int
    /// Largest message body and largest batch call, in bytes.
    let maximumMessageBytes: Int
    let streamAttempts: Int
    let stallTimeout: Duration
    let mode: SyncMode
    /// With more users in the table, nothing is compared and every user is sent.
    let deltaMaximumUsers: Int
    let missingUsers: MissingUsersPolicy

    /// - Throws: `ConfigurationError` naming the first variable that is missing or malformed.
    init(_ settings: Settings) throws(ConfigurationError) {
        legacyAPI = try LegacyAPIConfiguration(settings)
        queue = try QueueSettings(settings)
        database = try DatabaseSettings.configuration(settings, applicationName: "user-sync orchestrator")
        batchSize = try settings.integer("SYNC_BATCH_SIZE", in: 1...100_000, default: 1000)
        messageGroups = try settings.integer("SYNC_MESSAGE_GROUPS", in: 1...10_000, default: 32)
        // Below 1 KiB the envelope itself leaves no room; above 1 MiB no SQS accepts a message.
        maximumMessageBytes = try settings.integer("SQS_MAX_MESSAGE_BYTES", in: 1024...1_048_576, default: 262_144)
        streamAttempts = try settings.integer("SYNC_STREAM_ATTEMPTS", in: 1...1000, default: 10)
        mode = try settings.choice("SYNC_MODE", default: SyncMode.delta)
        // Some 28 bytes each: 3 GB at most.
        deltaMaximumUsers = try settings.integer("SYNC_DELTA_MAX_USERS", in: 0...100_000_000, default: 2_000_000)
        missingUsers = MissingUsersPolicy(
            action: try settings.choice("SYNC_MISSING_USERS", default: MissingUsersPolicy.Action.keep),
            maximumPercent: try settings.integer("SYNC_MISSING_MAX_PERCENT", in: 0...100, default: 5))
        stallTimeout = .seconds(try settings.integer("SYNC_STALL_TIMEOUT", in: 1...86_400, default: 900))
    }
}
