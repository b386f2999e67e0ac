import CurlHTTP
import Logging
import SyncCore
import SyncPipeline
import SyncStorage

/// Looks at what a sync depends on, all parts side by side. `doctor` and the verdict of `serve` share it.
struct ServiceExamination: Sendable {
    /// What can be looked at by itself.
    enum Part: Sendable, CaseIterable {
        case database, queue, identity, source
    }

    /// What was found.
    struct Outcome: Sendable {
        var findings: [Finding]
        /// What the ledger says; nil when the database was not looked at or could not be read.
        var syncs: SyncFacts?
    }

    let settings: SyncSettings
    /// Whether workers run in Lambda.
    let usesLambda: Bool
    /// `SYNC_EVERY`; nil when another program starts syncs.
    let interval: Duration?
    /// For each part.
    let deadline: Duration
    let logger: Logger

    /// - Throws: `CancellationError` only; what goes wrong is a finding.
    func take(_ parts: Set<Part>, http: HTTPClient) async throws -> Outcome {
        async let database =
            parts.contains(.database)
            ? DatabaseProbe.take(
                settings.sync.database, softDeletes: settings.sync.missingUsers.action == .softDelete,
                endsHistory: settings.sync.historyDays > 0, within: deadline, logger: logger) : nil
        async let queue =
            parts.contains(.queue)
            ? QueueProbe.take(settings.queue, http: http, within: deadline, logger: logger) : nil
        async let identity =
            parts.contains(.identity)
            ? IdentityCheck(queue: settings.queue).take(http: http, within: deadline, logger: logger) : nil
        async let source =
            parts.contains(.source)
            ? LegacyAPICheck(api: LegacyAPI(http: http, configuration: settings.sync.legacyAPI)).take(within: deadline)
            : nil

        let (databaseLook, queueLook) = try await (database, queue)
        var findings =
            databaseLook?.findings(
                extraFields: settings.sync.extraFields, interval: interval, usesLambda: usesLambda,
                waitingMessages: queueLook?.waitingMessages) ?? []
        findings +=
            queueLook?.findings(settings.sync, measured: databaseLook?.syncs, usesLambda: usesLambda) ?? []
        if let finding = try await identity { findings.append(finding) }
        if let finding = try await source { findings.append(finding) }
        findings.append(ClockCheck.finding([databaseLook?.clock, queueLook?.clock].compactMap { $0 }))
        return Outcome(findings: findings, syncs: databaseLook?.syncs)
    }
}
