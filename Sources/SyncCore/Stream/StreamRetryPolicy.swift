/// Decides whether and when the legacy stream is opened again after a failed attempt.
///
/// Exponential backoff with full jitter: the pause before attempt n + 1 is drawn evenly from zero to
/// `min(cap, base × 2^(n-1))`; a longer `Retry-After` of the API is respected up to ``longestRetryAfter``.
package struct StreamRetryPolicy: Sendable {
    /// What to do after a failed attempt.
    package enum Decision: Sendable, Equatable {
        case retry(after: Duration)
        /// Another attempt cannot help.
        case giveUp
        /// Another attempt might help, but the limit is reached.
        case exhausted(attempts: Int)
    }

    /// Tries of the stream in one sync, at least 1.
    package let maximumAttempts: Int
    package let base: Duration
    package let cap: Duration
    /// What an API may ask for; a longer wait is cut to this, since the sync holds its lock meanwhile.
    package let longestRetryAfter: Duration

    package init(
        maximumAttempts: Int,
        base: Duration = .milliseconds(500),
        cap: Duration = .seconds(30),
        longestRetryAfter: Duration = .seconds(300)
    ) {
        self.maximumAttempts = max(1, maximumAttempts)
        self.base = base
        self.cap = cap
        self.longestRetryAfter = longestRetryAfter
    }

    /// - Parameters:
    ///   - failure: why the attempt failed.
    ///   - attempt: which attempt it was, counted from 1.
    ///   - random: a number drawn evenly from 0 up to, not including, 1.
    package func decide(after failure: StreamFailure, attempt: Int, random: Double) -> Decision {
        guard failure.isTransient else { return .giveUp }
        guard attempt < maximumAttempts else { return .exhausted(attempts: attempt) }
        // Beyond 2^20 the cap has long taken over; the bound keeps the shift defined.
        let ceiling = min(cap, base * (1 << min(attempt - 1, 20)))
        let pause = ceiling * random
        let asked = min(failure.retryAfter ?? .zero, longestRetryAfter)
        return .retry(after: max(pause, asked))
    }
}
