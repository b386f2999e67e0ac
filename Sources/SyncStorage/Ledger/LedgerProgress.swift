/// What the ledger says about one sync.
package struct LedgerProgress: Sendable, Equatable {
    /// Batches applied, in all attempts of the stream.
    package let batchesApplied: Int
    /// Users in those batches.
    package let usersApplied: Int
    /// Batches that are not applied and that the queue does not hand out again.
    package let batchesDead: Int
    /// Rows under numbers that the sync never reserved: nobody sent them.
    package let foreignBatches: Int
    /// Users of the latest attempt whom the database refused.
    package let usersRefused: Int

    package init(
        batchesApplied: Int, usersApplied: Int, batchesDead: Int = 0, foreignBatches: Int = 0, usersRefused: Int = 0
    ) {
        self.batchesApplied = batchesApplied
        self.usersApplied = usersApplied
        self.batchesDead = batchesDead
        self.foreignBatches = foreignBatches
        self.usersRefused = usersRefused
    }
}
