/// What became of a batch that a worker tried to apply. In each case its message can be deleted from the queue.
package enum BatchOutcome: Sendable, Equatable {
    /// Applied now, and in the ledger.
    case applied(Counts)
    /// Nothing to do: the ledger shows it as applied before.
    case alreadyApplied
    /// Dropped: a newer sync has begun to read the source, and holds the newer truth.
    case overtaken

    /// Each user of the batch is counted once, but for ``tiesLost``, which are among ``unchanged``.
    package struct Counts: Sendable, Equatable {
        /// Users that lost to another record of the same userName in the batch.
        package var duplicates: Int
        package var inserted: Int
        package var updated: Int
        package var unchanged: Int
        /// Users whom the database refused, each on record in `sync_refusals`.
        package var refused: Int
        /// Of `unchanged`: records that may be the later ones of a tie, which a late batch cannot know.
        package var tiesLost: Int

        package init(
            duplicates: Int, inserted: Int, updated: Int, unchanged: Int, refused: Int = 0, tiesLost: Int = 0
        ) {
            self.duplicates = duplicates
            self.inserted = inserted
            self.updated = updated
            self.unchanged = unchanged
            self.refused = refused
            self.tiesLost = tiesLost
        }
    }
}
