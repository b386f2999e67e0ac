/// How long to wait between tries: exponential, capped, with jitter. A value that decides and never waits.
///
/// Everything in this project that tries again uses it, so that the rule is written once: the ceiling after failure `n` is
/// `min(cap, base × 2^(n-1))`, and the pause is drawn evenly from a share of that ceiling.
package struct Backoff: Sendable, Hashable {
    /// The share of the ceiling that a pause is drawn from.
    package enum Jitter: Sendable, Hashable {
        /// From zero to the ceiling: spreads many callers best.
        case full
        /// From half of the ceiling to all of it: never retries at once.
        case half
        /// The ceiling itself, for waits that others must be able to predict.
        case none

        private var lowest: Double {
            switch self {
            case .full: 0
            case .half: 0.5
            case .none: 1
            }
        }

        func share(_ random: Double) -> Double { lowest + (1 - lowest) * random }
    }

    /// The ceiling after the first failure, above zero.
    package let base: Duration
    /// The ceiling after any failure.
    package let cap: Duration
    package let jitter: Jitter

    package init(base: Duration, cap: Duration, jitter: Jitter = .full) {
        self.base = base
        self.cap = max(base, cap)
        self.jitter = jitter
    }

    /// The pause before the next try.
    /// - Parameters:
    ///   - failures: tries that failed in a row so far, at least 1.
    ///   - random: a number drawn evenly from 0 up to, not including, 1.
    package func pause(afterFailures failures: Int, random: Double) -> Duration {
        ceiling(afterFailures: failures) * jitter.share(random)
    }

    /// The same, drawn from a generator.
    package func pause(
        afterFailures failures: Int, using generator: inout some RandomNumberGenerator
    ) -> Duration {
        pause(afterFailures: failures, random: .random(in: 0..<1, using: &generator))
    }

    /// The same, drawn from the system's generator.
    package func pause(afterFailures failures: Int) -> Duration {
        pause(afterFailures: failures, random: .random(in: 0..<1))
    }

    /// The longest that the pause can be.
    package func ceiling(afterFailures failures: Int) -> Duration {
        // Doubled 30 times, any base is beyond any cap worth having. More would overflow.
        min(cap, base * (1 << min(max(failures, 1) - 1, 30)))
    }
}
