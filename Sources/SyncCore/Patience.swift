package import Backoff

/// How long the world may be away: the database or the queue, refusing logins, failing over, read-only.
///
/// A value that decides and never waits. One outage begins with the first failure after a success and has ``limit`` to end; until then
/// the same work is tried again after growing pauses with jitter. Everything that waits for the world uses it, so that the rule is
/// written once: session, users table, sender, drain and redrive.
package struct Patience: Sendable {
    /// What to do after a failure.
    package enum Decision: Sendable, Equatable {
        /// Try the same again after a pause. The last try comes when the limit is reached, not before.
        case tryAgain(after: Duration)
        /// The world has been away for as long as allowed.
        case giveUp(after: Duration)
    }

    /// `SYNC_OUTAGE_TIMEOUT` where nothing else is set.
    package static let defaultLimit = Duration.seconds(900)
    /// What is left of any patience once the program is told to stop: enough to write how the sync ended, and within the 30 s that a
    /// container is given.
    package static let limitAfterStop = Duration.seconds(10)
    /// Soon enough not to be noticed after a blink, rare enough not to hinder a server that comes back.
    package static let backoff = Backoff(base: .milliseconds(250), cap: .seconds(8), jitter: .half)

    /// How long one outage may last.
    package let limit: Duration
    private let backoff: Backoff
    /// When the outage under way began; nil when the last try succeeded.
    private var awaySince: Duration?
    private var failures = 0

    package init(limit: Duration = Self.defaultLimit, backoff: Backoff = Self.backoff) {
        self.limit = limit
        self.backoff = backoff
    }

    /// Whether the last try failed.
    package var isBeingTried: Bool { awaySince != nil }

    /// The world answered.
    package mutating func succeeded() {
        awaySince = nil
        failures = 0
    }

    /// The world did not answer.
    /// - Parameters:
    ///   - now: the time of the failure, on any clock that never runs backwards.
    ///   - random: a number drawn evenly from 0 up to, not including, 1.
    ///   - shortened: the limit that counts from now on, when it is shorter: ``limitAfterStop`` once the program is told to stop.
    package mutating func failed(at now: Duration, random: Double, shortened: Duration? = nil) -> Decision {
        let start = awaySince ?? now
        awaySince = start
        failures += 1
        let limit = min(self.limit, shortened ?? self.limit)
        let away = now - start
        guard away < limit else { return .giveUp(after: away) }
        return .tryAgain(after: min(backoff.pause(afterFailures: failures, random: random), limit - away))
    }
}
