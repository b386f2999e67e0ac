extension SendWindow {
    /// What has happened in a window since it was made.
    package struct Counters: Sendable, Hashable {
        /// Calls handed out.
        package internal(set) var calls = 0
        /// Entries in those calls; a batch that was retried counts each time.
        package internal(set) var entries = 0
        /// Batches taken in.
        package internal(set) var enqueued = 0
        /// Batches that the queue has stored.
        package internal(set) var sent = 0
        /// Users in the batches that the queue has stored.
        package internal(set) var usersSent = 0
        /// Body bytes of the batches that the queue has stored.
        package internal(set) var bytesSent = 0
        /// Entries that failed and wait, or waited, for another attempt.
        package internal(set) var retries = 0
        /// Batches given up, because the failure was final or patience was used up.
        package internal(set) var givenUp = 0
        /// Lanes looked at in search of calls: the work done, bounded by four times a call's entries each time.
        package internal(set) var lanesExamined = 0
        /// Outcomes reported for batches that were not in flight: a fault of the caller, and of no effect.
        package internal(set) var unexpectedOutcomes = 0
    }
}
