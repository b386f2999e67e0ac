/// Decides who may try a batch while the database is unavailable, and whether a probe is enough to end that. A value without a clock.
///
/// A probe misses what only a batch meets, such as a disk on which a few bytes still fit. So after a failure that no batch can cause,
/// a probe that succeeds lets one batch through, and the outage ends when that is applied.
struct TrialPassage {
    /// What someone at the gate holds.
    enum Waiter: Sendable {
        /// No message.
        case idle
        /// A batch that was not tried during the outage.
        case batch
        /// A batch that failed.
        case failedBatch
    }

    /// Only a batch can show that the outage is over.
    private var needsBatch = false
    private var isOffered = false
    private var isTaken = false
    /// Those that failed and those that were not tried take turns, so that neither block the others.
    private var next = Waiter.failedBatch
    private var waiting: [Waiter: Int] = [:]

    mutating func arrive(_ waiter: Waiter) { waiting[waiter, default: 0] += 1 }

    mutating func leave(_ waiter: Waiter) { waiting[waiter, default: 0] -= 1 }

    /// A batch failed because of the database.
    /// - Parameter isCertain: no batch can cause this failure.
    /// - Returns: whether a batch was on trial: then this failure counts like that of a probe.
    mutating func batchFailed(isCertain: Bool) -> Bool {
        needsBatch = needsBatch || isCertain
        defer { isTaken = false }
        return isTaken
    }

    /// The batch on trial has ended and proved nothing.
    mutating func abandon() { isTaken = false }

    /// A probe succeeded.
    /// - Returns: whether that ends the outage. If not, one batch may pass.
    mutating func probeSucceeded() -> Bool {
        // Without a batch at the gate there is nobody who could say more.
        guard needsBatch, isTaken || holds(.batch) || holds(.failedBatch) else { return true }
        isOffered = !isTaken
        return false
    }

    /// Takes the passage that is offered.
    /// - Returns: whether it was there, and for this waiter.
    mutating func take(_ waiter: Waiter) -> Bool {
        guard isOffered, waiter != .idle, waiter == next || !holds(next) else { return false }
        next = waiter == .batch ? .failedBatch : .batch
        isOffered = false
        isTaken = true
        return true
    }

    /// The outage is over.
    mutating func end() {
        needsBatch = false
        isOffered = false
        isTaken = false
    }

    private func holds(_ waiter: Waiter) -> Bool { waiting[waiter, default: 0] > 0 }
}
