/// The tries of one call: takes what happened, says what to do next.
///
/// Pure: the caller sleeps, fetches credentials and corrects the clock. Those two repairs happen once each, at once, and
/// count as no retry; so a call makes at most `maximumAttempts` + 2 tries.
package struct CallAttempts: Sendable {
    package enum Decision: Sendable, Hashable {
        case retry(after: Duration)
        case refreshCredentials
        case correctClock
        case giveUp(Reason)
    }

    package enum Reason: Sendable, Hashable {
        /// Trying again gives the same answer.
        case final
        case attemptsUsedUp
        /// Too many calls of this client failed lately.
        case quotaUsedUp
    }

    /// Tries made so far.
    package private(set) var made = 0
    private let policy: RetryPolicy
    private var retries = 0
    private var lastCost: Int?
    private var refreshedCredentials = false
    private var correctedClock = false

    package init(policy: RetryPolicy) {
        self.policy = policy
    }

    package mutating func begin() {
        made += 1
    }

    package mutating func succeeded(_ quota: inout RetryQuota) {
        quota.release(lastCost ?? 1)
    }

    package mutating func failed(_ failure: CallFailure, quota: inout RetryQuota, random: Double) -> Decision {
        switch failure.kind {
        case .final:
            return .giveUp(.final)
        case .expiredCredentials, .unknownKey, .signature:
            guard !refreshedCredentials else { return .giveUp(.final) }
            refreshedCredentials = true
            return .refreshCredentials
        case .clockSkew:
            guard !correctedClock else { return .giveUp(.final) }
            correctedClock = true
            return .correctClock
        case .throttling, .transient:
            guard retries + 1 < policy.maximumAttempts else { return .giveUp(.attemptsUsedUp) }
            let cost = failure.isTimeout ? policy.timeoutRetryCost : policy.retryCost
            guard quota.acquire(cost) else { return .giveUp(.quotaUsedUp) }
            lastCost = cost
            retries += 1
            return .retry(
                after: policy.delay(beforeRetry: retries, random: random, serverAsks: failure.retryAfter))
        }
    }
}
