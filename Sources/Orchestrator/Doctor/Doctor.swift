import AWSClientSupport
import CurlHTTP
import Logging
import Postgres
import SQS
import ServiceRuntime
import SyncCore
import SyncPipeline
import SyncStorage

/// Looks at everything that a sync depends on, changes nothing, and says what to change.
struct Doctor: Sendable {
    private let check: ConfigurationCheck
    private let settings: Settings
    private let logger: Logger
    /// Only workers in Lambda have this setting.
    private let usesLambda: Bool

    /// For each part; all are looked at side by side.
    private static let deadline = Duration.seconds(30)

    init(_ settings: Settings, logger: Logger) {
        check = ConfigurationCheck(settings)
        self.settings = settings
        usesLambda = settings.string("SQS_MAX_RECEIVE_COUNT") != nil
        self.logger = logger
    }

    /// A finding for every subject, in the order in which they are best read and mended.
    /// - Throws: `CancellationError` only; what goes wrong is a finding.
    func examine() async throws -> [Finding] {
        var findings = check.findings
        findings += UnusedSettings(settings: settings, queue: check.configuration?.queue).findings
        if let configuration = check.configuration {
            findings += try await HTTPClient.withClient(configuration.http, logger: logger) { http in
                try await examine(configuration, http)
            }
        }
        return Finding.Subject.allCases.flatMap { subject in
            let found = findings.filter { $0.subject == subject }
            return found.isEmpty ? [.skipped(subject, "skipped: a required check failed")] : found
        }
    }

    private func examine(_ settings: SyncSettings, _ http: HTTPClient) async throws -> [Finding] {
        // A part whose own settings are wrong is not looked at: what stands in for them leads nowhere.
        async let database =
            check.isSound("DATABASE_URL")
            ? DatabaseProbe.take(
                settings.sync.database, softDeletes: settings.sync.missingUsers.action == .softDelete,
                endsHistory: settings.sync.historyDays > 0, within: Self.deadline, logger: logger) : nil
        async let queue =
            check.isSound(
                "SQS_QUEUE_URL", "SQS_DEAD_LETTER_QUEUE_URL", "AWS_REGION", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL")
            ? QueueProbe.take(settings.queue, http: http, within: Self.deadline, logger: logger) : nil
        async let identity =
            check.isSound("AWS_REGION", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL")
            ? IdentityCheck(queue: settings.queue).take(http: http, within: Self.deadline, logger: logger) : nil
        async let legacyAPI =
            check.isSound("LEGACY_API_URL", "LEGACY_API_KEY")
            ? LegacyAPICheck(api: LegacyAPI(http: http, configuration: settings.sync.legacyAPI)).take(
                within: Self.deadline) : nil

        let (databaseLook, queueLook) = try await (database, queue)
        var findings = databaseLook?.findings ?? []
        findings +=
            queueLook?.findings(settings.sync, measured: databaseLook?.syncs, usesLambda: usesLambda) ?? []
        if let finding = try await identity { findings.append(finding) }
        if let finding = try await legacyAPI { findings.append(finding) }
        findings.append(ClockCheck.finding([databaseLook?.clock, queueLook?.clock].compactMap { $0 }))
        return findings
    }
}
