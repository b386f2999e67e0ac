extension SendWindow {
    /// The limits of a window. The defaults are those of SQS, with its older size limit, which every server accepts.
    package struct Configuration: Sendable, Hashable {
        /// The most batches held, waiting and in flight together, at least 1.
        package var maximumBatches: Int
        /// The most entries in one call, at least 1; SQS takes 10.
        package var maximumEntriesPerCall: Int
        /// The most bytes in one call, over the bodies and attributes of its entries.
        package var maximumCallBytes: Int
        /// What each entry's message attributes (names, types and values) add to its body, in bytes.
        package var attributeBytesPerEntry: Int
        /// How often one batch is sent before it is given up, at least 1.
        package var maximumAttempts: Int
        /// The longest wait before the second attempt; it doubles with each further one.
        package var retryBase: Duration
        /// The longest wait before any attempt.
        package var retryCap: Duration
        /// How long a batch waits at most for others to fill its call while another call is in flight.
        package var linger: Duration

        package init(
            maximumBatches: Int = 64,
            maximumEntriesPerCall: Int = 10,
            maximumCallBytes: Int = 262_144,
            attributeBytesPerEntry: Int = 0,
            maximumAttempts: Int = 8,
            retryBase: Duration = .milliseconds(200),
            retryCap: Duration = .seconds(20),
            linger: Duration = .milliseconds(50)
        ) {
            self.maximumBatches = max(1, maximumBatches)
            self.maximumEntriesPerCall = max(1, maximumEntriesPerCall)
            self.maximumCallBytes = maximumCallBytes
            self.attributeBytesPerEntry = attributeBytesPerEntry
            self.maximumAttempts = max(1, maximumAttempts)
            self.retryBase = retryBase
            self.retryCap = retryCap
            self.linger = linger
        }

        /// A random wait after the given number of attempts: exponential backoff with full jitter.
        func retryDelay(afterAttempts attempts: Int, using generator: inout some RandomNumberGenerator) -> Duration {
            // Doubled 30 times the base is beyond any cap worth having; more would overflow.
            let ceiling = min(retryCap, retryBase * (1 << min(attempts - 1, 30)))
            return ceiling * Double.random(in: 0...1, using: &generator)
        }
    }
}
