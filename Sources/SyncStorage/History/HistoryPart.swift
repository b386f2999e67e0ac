/// What a sync leaves behind beside its row, in the order in which it is deleted.
///
/// The ledger goes last: a failure counts as outstanding while the ledger lacks its batch. If the ledger went first, and the pruning were
/// interrupted then, failures of batches that were applied would look outstanding.
package enum HistoryPart: String, Sendable, CaseIterable {
    case batchFailures = "sync_batch_failures"
    case refusals = "sync_refusals"
    case rejects = "sync_rejects"
    case profiles = "sync_profiles"
    case ledger = "sync_batches"
}
