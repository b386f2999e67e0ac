import ServiceRuntime
import SyncCore
import SyncStorage

/// Judges what the ledger says about past and present syncs, and whether workers are there.
enum SyncCheck {
    /// Two runs of a six-hour schedule.
    private static let staleAfter = Duration.seconds(12 * 3600)

    /// - Parameters:
    ///   - now: the database's clock, in microseconds since 1970.
    ///   - interval: how often syncs are started; nil when that is not known.
    ///   - usesLambda: whether workers run in Lambda, where they come and go with the messages.
    ///   - waitingMessages: how many the queue holds, about; nil when that is not known.
    static func findings(
        _ facts: SyncFacts, now: Int64, interval: Duration? = nil, usesLambda: Bool = false, waitingMessages: Int? = nil
    ) -> [Finding] {
        [
            workers(facts, usesLambda: usesLambda, waitingMessages: waitingMessages ?? 0),
            sync(facts, now: now, staleAfter: limit(facts, interval: interval)),
        ]
    }

    /// How old the last completed sync may be: two starts and the longest of the last syncs, or ``staleAfter``.
    private static func limit(_ facts: SyncFacts, interval: Duration?) -> Duration {
        interval.map { $0 * 2 + (facts.longestSync ?? .zero) } ?? staleAfter
    }

    /// A service may scale its workers to zero between two syncs. So their absence is a warning while there is work for them, or while
    /// nothing has shown yet that they come: during a sync, while messages wait, and before the first sync has completed.
    private static func workers(_ facts: SyncFacts, usesLambda: Bool, waitingMessages: Int) -> Finding {
        guard facts.workerConnections == 0 else {
            return .ok(.workers, "workers hold \(facts.workerConnections) connections")
        }
        guard !usesLambda else {
            return .ok(.workers, "workers run in Lambda: they connect while there are messages")
        }
        let why: String
        if let newest = facts.newest, !newest.status.isFinal {
            why = ", and sync \(newest.id) is \(newest.status.rawValue)"
        } else if waitingMessages > 0 {
            why = ", and about \(waitingMessages) messages wait in the queue"
        } else if facts.lastCompleted == nil {
            why = ""
        } else {
            return .ok(.workers, "no worker is connected now: none is needed between two syncs")
        }
        return .warning(
            .workers, "no worker is connected to the database now\(why)",
            advice: "start 'worker run', unless they have just started")
    }

    private static func sync(_ facts: SyncFacts, now: Int64, staleAfter: Duration) -> Finding {
        guard let newest = facts.newest else { return .ok(.sync, "no sync has run yet") }
        if !newest.status.isFinal {
            if let holder = facts.lockHolder {
                return .ok(.sync, "sync \(newest.id) is \(newest.status.rawValue), in the hands of \(holder)")
            }
            return .warning(
                .sync, "sync \(newest.id) is \(newest.status.rawValue), but no orchestrator works on it",
                advice: "'orchestrator reset' marks it FAILED; the next 'orchestrator sync' does so too")
        }
        if newest.status == .failed {
            return .warning(
                .sync, "sync \(newest.id) FAILED: \(newest.errorMessage ?? "no reason is on record")",
                advice: "remove the cause, then run 'orchestrator sync'")
        }
        if let last = facts.lastCompleted?.finishedAt, Duration.microseconds(now - last) > staleAfter {
            return .warning(
                .sync, "the last sync was completed \(Humanized.duration(.microseconds(now - last))) ago",
                advice: "look at what should start it: the schedule, and the orchestrator's logs")
        }
        return .ok(
            .sync,
            "sync \(newest.id) was completed \(Humanized.duration(.microseconds(now - (newest.finishedAt ?? now)))) ago"
        )
    }
}
