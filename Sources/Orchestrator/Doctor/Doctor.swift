import AWSClientSupport
import CurlHTTP
import Logging
import Postgres
import SQS
import ServiceRuntime
import SyncCore
import SyncStorage

/// Looks at everything that a sync depends on, changes nothing, and says what to change.
struct Doctor: Sendable {
    private let check: ConfigurationCheck
    private let logger: Logger

    /// For each part; all are looked at side by side.
    private static let deadline = Duration.seconds(30)

    init(_ settings: Settings, logger: Logger) {
        check = ConfigurationCheck(settings)
        self.logger = logger
    }

    /// A finding for every subject, in the order in which they are best read and mended.
    /// - Throws: `CancellationError` only; what goes wrong is a finding.
    func examine() async throws -> [Finding] {
        var findings = check.findings
        if let configuration = check.configuration {
            let http = HTTPClient(
                configuration: HTTPClientConfiguration(
                    certificateAuthorityFile: configuration.legacyAPI.certificateAuthorityFile,
                    allowsPlaintextToRemote: configuration.queue.allowsPlaintext, userAgent: "user-sync"),
                logger: logger)
            do {
                findings += try await examine(configuration, http)
            } catch {
                await http.shutdown()
                throw error
            }
            await http.shutdown()
        }
        return Finding.Subject.allCases.flatMap { subject in
            let found = findings.filter { $0.subject == subject }
            return found.isEmpty ? [.skipped(subject, "not looked at: something else is in the way")] : found
        }
    }

    private func examine(_ configuration: SyncConfiguration, _ http: HTTPClient) async throws -> [Finding] {
        // A part whose own settings are wrong is not looked at: what stands in for them leads nowhere.
        async let database =
            check.isSound("DATABASE_URL")
            ? DatabaseLook.take(
                configuration.database, softDeletes: configuration.missingUsers.action == .softDelete,
                within: Self.deadline, logger: logger) : nil
        async let queue =
            check.isSound(
                "SQS_QUEUE_URL", "SQS_DEAD_LETTER_QUEUE_URL", "AWS_REGION", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL")
            ? QueueLook.take(configuration.queue, http: http, within: Self.deadline, logger: logger) : nil
        async let legacyAPI =
            check.isSound("LEGACY_API_URL", "LEGACY_API_KEY")
            ? LegacyAPICheck(api: LegacyAPI(http: http, configuration: configuration.legacyAPI)).take(
                within: Self.deadline) : nil

        let (databaseLook, queueLook) = try await (database, queue)
        var findings = databaseLook?.findings ?? []
        findings += queueLook?.findings(configuration, measured: databaseLook?.syncs) ?? []
        if let finding = try await legacyAPI { findings.append(finding) }
        findings.append(ClockCheck.finding([databaseLook?.clock, queueLook?.clock].compactMap { $0 }))
        return findings
    }
}
