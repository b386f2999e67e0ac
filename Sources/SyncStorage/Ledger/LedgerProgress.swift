/// What the ledger says about one sync.
package struct LedgerProgress: Sendable, Equatable {
    /// Batches applied, in all attempts of the stream.
    package let batchesApplied: Int
    /// Users in those batches.
    package let usersApplied: Int
    /// Batches that are not applied and that the queue does not hand out again.
    package let batchesDead: Int
}
