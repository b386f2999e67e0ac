/// Counts the rows that skipped records relied on and that are found as they must be.
package struct DeltaProof: Sendable, Equatable {
    /// The rows that were relied on.
    package let expected: Int
    /// Those found unchanged, or changed by this sync alone.
    package private(set) var confirmed = 0

    init(expected: Int) {
        self.expected = expected
    }

    mutating func confirm() { confirmed += 1 }

    /// Rows that someone else has changed or removed since the index was loaded. With any, what was skipped may be needed.
    package var touched: Int { max(0, expected - confirmed) }
}
