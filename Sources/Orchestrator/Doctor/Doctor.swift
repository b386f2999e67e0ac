import CurlHTTP
import Logging
import ServiceRuntime
import SyncCore

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
        var parts: Set<ServiceExamination.Part> = []
        if check.isSound("DATABASE_URL") { parts.insert(.database) }
        if check.isSound(
            "SQS_QUEUE_URL", "SQS_DEAD_LETTER_QUEUE_URL", "AWS_REGION", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL")
        {
            parts.insert(.queue)
        }
        if check.isSound("AWS_REGION", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL") { parts.insert(.identity) }
        if check.isSound("LEGACY_API_URL", "LEGACY_API_KEY") { parts.insert(.source) }
        let interval = self.settings.string("SYNC_EVERY").flatMap(ServingConfiguration.interval)
        let examination = ServiceExamination(
            settings: settings, usesLambda: usesLambda, interval: interval, deadline: Self.deadline, logger: logger)
        // What stands in for a wrong list of fields differs from what is recorded, which says nothing.
        return try await examination.take(parts, http: http).findings.filter {
            $0.subject != .fields || check.isSound(ExtraFieldsError.variable)
        } + [ScheduleCheck.finding(interval: interval)]
    }
}
