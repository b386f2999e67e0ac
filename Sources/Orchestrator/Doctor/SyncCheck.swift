import ServiceRuntime
import SyncCore
import SyncStorage

/// Judges what the ledger says about past and present syncs, and whether workers are there.
enum SyncCheck {
    /// Two runs of a six-hour schedule.
    private static let staleAfter = Duration.seconds(12 * 3600)

    /// - Parameter now: the database's clock, in microseconds since 1970.
    static func findings(_ facts: SyncFacts, now: Int64) -> [Finding] { [workers(facts), sync(facts, now: now)] }

    private static func workers(_ facts: SyncFacts) -> Finding {
        guard facts.workerConnections > 0 else {
            return .warning(
                .workers, "no worker is connected to the database now",
                advice: "start 'worker run', unless they have just started")
        }
        return .ok(.workers, "workers hold \(facts.workerConnections) connections")
    }

    private static func sync(_ facts: SyncFacts, now: Int64) -> Finding {
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
