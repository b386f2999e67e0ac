/// What the ledger says about one sync.
package struct LedgerProgress: Sendable, Equatable {
    /// Batches applied, in all attempts of the stream.
    package let batchesApplied: Int
    /// Users in those batches.
    package let usersApplied: Int
}
