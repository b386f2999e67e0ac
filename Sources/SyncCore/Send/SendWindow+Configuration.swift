extension SendWindow {
    /// The limits of a window. The defaults are those of SQS, with its older size limit, which every server accepts.
    package struct Configuration: Sendable {
        /// The most batches held, waiting and in flight together, at least 1.
        package var maximumBatches: Int
        /// The most entries in one call, at least 1; SQS takes 10.
        package var maximumEntriesPerCall: Int
        /// The most bytes in one call, over the bodies and attributes of its entries.
        package var maximumCallBytes: Int
        /// What each entry's message attributes (names, types and values) add to its body, in bytes.
        package var attributeBytesPerEntry: Int
        /// How long the queue may refuse one batch for a passing reason before the batch is given up, and how often it is tried.
        package var patience: Patience
        /// How long a batch waits at most for others to fill its call while another call is in flight.
        package var linger: Duration

        package init(
            maximumBatches: Int = 64,
            maximumEntriesPerCall: Int = 10,
            maximumCallBytes: Int = 262_144,
            attributeBytesPerEntry: Int = 0,
            patience: Patience = Patience(),
            linger: Duration = .milliseconds(50)
        ) {
            self.maximumBatches = max(1, maximumBatches)
            self.maximumEntriesPerCall = max(1, maximumEntriesPerCall)
            self.maximumCallBytes = maximumCallBytes
            self.attributeBytesPerEntry = attributeBytesPerEntry
            self.patience = patience
            self.linger = linger
        }
    }
}
