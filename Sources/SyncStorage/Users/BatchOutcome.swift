/// What became of a batch that a worker tried to apply. In each case its message can be deleted from the queue.
package enum BatchOutcome: Sendable, Equatable {
    /// Applied now, and in the ledger.
    case applied(Counts)
    /// Nothing to do: the ledger shows it as applied before.
    case alreadyApplied
    /// Dropped: a newer sync has begun to read the source, and holds the newer truth.
    case overtaken

    package struct Counts: Sendable, Equatable {
        /// Users that lost to another record of the same userName in the batch.
        package let duplicates: Int
        package let inserted: Int
        package let updated: Int
        package let unchanged: Int

        package init(duplicates: Int, inserted: Int, updated: Int, unchanged: Int) {
            self.duplicates = duplicates
            self.inserted = inserted
            self.updated = updated
            self.unchanged = unchanged
        }
    }
}
