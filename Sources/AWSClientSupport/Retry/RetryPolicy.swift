/// How often and how fast a failed call is tried again: the SDKs' standard mode.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
package struct RetryPolicy: Sendable, Hashable {
    /// Tries in all, the first one counted; at least 1.
    package var maximumAttempts: Int
    /// The upper bound of the first delay; it doubles with every further one.
    package var baseDelay: Duration
    /// The upper bound of every delay, and of what a server may ask for by `Retry-After`.
    package var maximumDelay: Duration
    /// Tokens that all calls of a client share: when failures have used them up, nothing is tried again until calls succeed.
    package var quotaCapacity: Int
    /// Tokens a retry costs.
    package var retryCost: Int
    /// Tokens a retry after a timeout costs: it may have done the work already.
    package var timeoutRetryCost: Int

    package init(
        maximumAttempts: Int = 3,
        baseDelay: Duration = .seconds(1),
        maximumDelay: Duration = .seconds(20),
        quotaCapacity: Int = 500,
        retryCost: Int = 5,
        timeoutRetryCost: Int = 10
    ) {
        self.maximumAttempts = max(1, maximumAttempts)
        self.baseDelay = baseDelay
        self.maximumDelay = maximumDelay
        self.quotaCapacity = quotaCapacity
        self.retryCost = retryCost
        self.timeoutRetryCost = timeoutRetryCost
    }

    package static let standard = RetryPolicy()

    /// The wait before a retry, by full jitter: anything from nothing to `baseDelay` × 2^(retry - 1), at most `maximumDelay`.
    ///
    /// - Parameters:
    ///   - retry: 1 for the second try.
    ///   - random: From 0 up to, not including, 1.
    ///   - serverAsks: What the server named in `Retry-After`; waited for at least, up to `maximumDelay`.
    package func delay(beforeRetry retry: Int, random: Double, serverAsks: Duration? = nil) -> Duration {
        // Beyond 2^16 any sensible base has met the cap, and the product cannot overflow.
        let factor = 1 << min(max(retry - 1, 0), 16)
        let bound = min(baseDelay * factor, maximumDelay)
        let delay = bound * random
        return max(delay, min(serverAsks ?? .zero, maximumDelay))
    }
}
