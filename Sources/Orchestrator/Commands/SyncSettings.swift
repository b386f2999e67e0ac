import CurlHTTP
import Logging
import SQS
import ServiceRuntime
import SyncCore
import SyncPipeline
import SyncStorage

/// Everything that the orchestrator needs to know, read from its settings and checked before anything is touched.
struct SyncSettings: Sendable {
    var sync: SyncConfiguration
    let queue: QueueSettings

    /// - Throws: `ConfigurationError` naming the first variable that is missing or malformed.
    init(_ settings: Settings) throws(ConfigurationError) {
        let legacyAPI = try LegacyAPIConfiguration(settings)
        queue = try QueueSettings(settings)
        sync = SyncConfiguration(
            legacyAPI: legacyAPI,
            queueURL: queue.queueURL,
            deadLetterQueueURL: queue.deadLetterQueueURL,
            database: try DatabaseSettings.patientConfiguration(settings, applicationName: "user-sync orchestrator"),
            batchSize: try settings.integer("SYNC_BATCH_SIZE", in: 1...100_000, default: 1000),
            messageGroups: try settings.integer("SYNC_MESSAGE_GROUPS", in: 1...10_000, default: 32),
            // Below 1 KiB the envelope itself leaves no room; above 1 MiB no SQS accepts a message.
            maximumMessageBytes: try settings.integer(
                "SQS_MAX_MESSAGE_BYTES", in: 1024...1_048_576, default: 262_144),
            streamAttempts: try settings.integer("SYNC_STREAM_ATTEMPTS", in: 1...1000, default: 10),
            minimumPercent: try settings.integer("SYNC_MINIMUM_PERCENT", in: 0...100, default: 80),
            stallTimeout: .seconds(try settings.integer("SYNC_STALL_TIMEOUT", in: 1...86_400, default: 900)),
            patience: try Patience(settings),
            mode: try settings.choice("SYNC_MODE", default: SyncMode.delta),
            indexFolder: IndexFolder(try settings.path("TMPDIR") ?? "/tmp"),
            missingUsers: MissingUsersPolicy(
                action: try settings.choice("SYNC_MISSING_USERS", default: MissingUsersPolicy.Action.keep),
                maximumPercent: try settings.integer("SYNC_MISSING_MAX_PERCENT", in: 0...100, default: 5)),
            historyDays: try HistoryOptions.days(settings), extraFields: try ExtraFieldOptions.fields(settings))
    }

    /// The HTTP client for the legacy API and the queue.
    var http: HTTPClientConfiguration { queue.http }

    /// A client for the queue that sends no more than the settings allow.
    func queueClient(_ http: HTTPClient, logger: Logger) throws(ConfigurationError) -> SQSClient {
        try queue.client(
            http: http,
            limits: SQSLimits(
                maximumMessageBytes: sync.maximumMessageBytes, maximumCallBytes: sync.maximumMessageBytes),
            logger: logger)
    }
}

extension LegacyAPIConfiguration {
    init(_ settings: Settings) throws(ConfigurationError) {
        let url = try settings.required("LEGACY_API_URL", purpose: "the URL of the legacy API's user stream")
        try settings.check(url: url, from: "LEGACY_API_URL")
        let key = try settings.required(
            "LEGACY_API_KEY", purpose: "the key that the legacy API expects in x-api-key", isSecret: true)
        guard key.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw ConfigurationError(
                variable: "LEGACY_API_KEY",
                problem: "holds a line break or another control character, which no header can carry: set the key alone"
            )
        }
        let (own, shared) = (try settings.readableFile("LEGACY_API_CA_FILE"), try settings.path("SSL_CERT_FILE"))
        self.init(
            url: url,
            key: key,
            idleTimeout: .seconds(try settings.integer("SYNC_STREAM_IDLE_TIMEOUT", in: 1...3600, default: 60)),
            certificateAuthorityFile: own ?? shared)
    }
}
