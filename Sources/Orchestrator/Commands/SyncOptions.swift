import ArgumentParser
import ServiceRuntime

/// The flags of `orchestrator sync` beside those of the queue and of logging.
struct SyncOptions: ParsableArguments, SettingFlags {
    @Option(help: "URL of the legacy API's user stream (LEGACY_API_URL; required). Its key: LEGACY_API_KEY.")
    var legacyAPIURL: String?

    @Option(help: "PEM file of the authorities to trust for https, instead of the system's (SSL_CERT_FILE).")
    var caFile: String?

    @Option(
        help:
            "PEM file of the authorities to trust for the legacy API (LEGACY_API_CA_FILE; SSL_CERT_FILE, else the system's)."
    )
    var legacyAPICAFile: String?

    @Option(help: "Users in a message, at most (SYNC_BATCH_SIZE; 1000).")
    var batchSize: String?

    @Option(help: "Message groups, the lanes that workers take in parallel (SYNC_MESSAGE_GROUPS; 32).")
    var messageGroups: String?

    @Option(help: "Largest message body and largest batch call, in bytes (SQS_MAX_MESSAGE_BYTES; 262144).")
    var maxMessageBytes: String?

    @Option(help: "Tries of the stream in one sync (SYNC_STREAM_ATTEMPTS; 10).")
    var streamAttempts: String?

    @Option(
        help: "Seconds without a whole record after which the stream counts as broken (SYNC_STREAM_IDLE_TIMEOUT; 60).")
    var streamIdleTimeout: String?

    @Option(
        help:
            "Share of the last completed sync's records that the source must send; 0 accepts any (SYNC_MINIMUM_PERCENT; 80)."
    )
    var minimumPercent: String?

    @Option(help: "Seconds without any batch applied after which draining gives up (SYNC_STALL_TIMEOUT; 900).")
    var stallTimeout: String?

    @Option(help: "delta sends users that are new or changed, full sends every user (SYNC_MODE; delta).")
    var mode: String?

    @Option(help: "Users that the source no longer names: keep or soft-delete (SYNC_MISSING_USERS; keep).")
    var missingUsers: String?

    @Option(help: "Share of the live users that may be missing for soft-delete to act (SYNC_MISSING_MAX_PERCENT; 5).")
    var missingMaxPercent: String?

    @OptionGroup var fields: ExtraFieldOptions
    @OptionGroup var history: HistoryOptions

    var flags: [String: String?] {
        let own: [String: String?] = [
            "LEGACY_API_URL": legacyAPIURL, "SSL_CERT_FILE": caFile,
            "LEGACY_API_CA_FILE": legacyAPICAFile, "SYNC_BATCH_SIZE": batchSize,
            "SYNC_MESSAGE_GROUPS": messageGroups, "SQS_MAX_MESSAGE_BYTES": maxMessageBytes,
            "SYNC_STREAM_ATTEMPTS": streamAttempts, "SYNC_STREAM_IDLE_TIMEOUT": streamIdleTimeout,
            "SYNC_MINIMUM_PERCENT": minimumPercent,
            "SYNC_STALL_TIMEOUT": stallTimeout, "SYNC_MODE": mode,
            "SYNC_MISSING_USERS": missingUsers, "SYNC_MISSING_MAX_PERCENT": missingMaxPercent,
        ]
        return own.merging(history.flags) { $1 }.merging(fields.flags) { $1 }
    }
}
