extension Patience {
    /// Does a piece of work, and does it again while the world is away.
    ///
    /// - Parameters:
    ///   - clock: the time, pauses and jitter.
    ///   - isOutage: whether a failure is the world's, so that the same work can succeed later.
    ///   - shortened: a shorter limit that counts from now on, if any; asked after each failure.
    ///   - willRetry: sees each failure that is followed by another try.
    /// - Throws: ``OutageError`` at the limit; whatever is no outage, at once; `CancellationError` when the task is cancelled.
    package nonisolated(nonsending) func keepTrying<Result>(
        clock: PipelineClock = .live, isOutage: (any Error) -> Bool, shortened: () -> Duration? = { nil },
        willRetry: (any Error, Duration) -> Void = { _, _ in },
        _ work: nonisolated(nonsending) () async throws -> Result
    ) async throws -> Result {
        var patience = self
        let start = clock.now()
        while true {
            do {
                return try await work()
            } catch  where isOutage(error) {
                let decision = patience.failed(
                    at: clock.now() - start, random: clock.random(), shortened: shortened())
                switch decision {
                case .giveUp(let after): throw after > .zero ? OutageError(cause: error, after: after) : error
                case .tryAgain(let pause):
                    willRetry(error, pause)
                    try await clock.sleep(pause)
                }
            }
        }
    }
}

/// The world was away for longer than ``Patience`` allows.
package struct OutageError: Error, CustomStringConvertible {
    /// The last failure.
    package let cause: any Error
    /// How long it was tried.
    package let after: Duration

    package init(cause: any Error, after: Duration) {
        self.cause = cause
        self.after = after
    }

    package var description: String {
        "\(cause); tried for \(after.components.seconds) s (SYNC_OUTAGE_TIMEOUT)"
    }
}
