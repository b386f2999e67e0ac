/// The token bucket that keeps the retries of a whole client from making an outage worse.
package struct RetryQuota: Sendable, Hashable {
    package let capacity: Int
    package private(set) var available: Int

    package init(capacity: Int) {
        self.capacity = capacity
        self.available = capacity
    }

    /// Takes the tokens a retry costs; false, and nothing taken, when there are not enough.
    package mutating func acquire(_ cost: Int) -> Bool {
        guard cost <= available else { return false }
        available -= cost
        return true
    }

    package mutating func release(_ tokens: Int) {
        available = min(capacity, available + tokens)
    }
}
