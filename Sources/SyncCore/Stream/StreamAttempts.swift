package import Backoff

/// Decides after each failed attempt at the stream whether and when it is opened again.
///
/// Exponential backoff with full jitter; a longer `Retry-After` of the API is respected. It remembers how the attempts ended,
/// since some endings say more together than alone.
package struct StreamAttempts: Sendable {
    /// What to do after a failed attempt.
    package enum Decision: Sendable, Equatable {
        case retry(after: Duration)
        case end(Ending)
    }

    /// Why the stream is not opened again.
    package enum Ending: Sendable, Equatable {
        /// Another attempt cannot help.
        case isFinal
        /// Another attempt might help, but the limit is reached.
        case exhausted(attempts: Int)
        /// The body ended unfinished after the same number of bytes as the one before: the source itself is broken.
        case cutAtSameByte(Int64)
        /// The second whole body of this many bytes held no user: this is not the stream, or a format that is not read.
        case foreignTwice(bytes: Int64)
        /// The API asks for a longer wait than a sync allows.
        case askedToWait(Duration)
    }

    /// Attempts at most, 1 or more.
    package let maximum: Int
    private let backoff: Backoff
    /// What an API may ask for. Beyond it the sync ends, since it holds its lock meanwhile.
    package let longestWait: Duration

    /// Attempts that have failed.
    package private(set) var failed = 0
    /// How long the last body was that ended unfinished.
    private var cutAfter: Int64?
    /// How long the last body was that held no user, if it was a large one.
    private var foreignBytes: Int64?
    private var hadTooFewRecords = false

    package init(
        maximum: Int, backoff: Backoff = Backoff(base: .milliseconds(500), cap: .seconds(30)),
        longestWait: Duration = .seconds(300)
    ) {
        self.maximum = max(1, maximum)
        self.backoff = backoff
        self.longestWait = longestWait
    }

    /// Takes note of a failed attempt.
    /// - Parameter random: a number drawn evenly from 0 up to, not including, 1.
    package mutating func decide(after failure: StreamFailure, random: Double) -> Decision {
        failed += 1
        guard failure.isTransient else { return .end(.isFinal) }
        if case .cut(let bytes) = failure.kind {
            if cutAfter == bytes { return .end(.cutAtSameByte(bytes)) }
            cutAfter = bytes
        }
        if case .foreign(let bytes) = failure.kind {
            if foreignBytes == bytes { return .end(.foreignTwice(bytes: bytes)) }
            foreignBytes = bytes
        }
        let asked = failure.retryAfter ?? .zero
        if asked > longestWait { return .end(.askedToWait(asked)) }
        // A stream with too few records is read once more in any case: one reading alone proves nothing.
        let isAllowed = failed < maximum || (failure.kind == .tooFewRecords && !hadTooFewRecords)
        if failure.kind == .tooFewRecords { hadTooFewRecords = true }
        guard isAllowed else { return .end(.exhausted(attempts: failed)) }
        return .retry(after: max(backoff.pause(afterFailures: failed, random: random), asked))
    }
}
