/// What a sync counted, as its SyncLog row keeps it.
///
/// For a completed sync `received == inserted + updated + unchanged + duplicates` holds: each user of the complete
/// stream is counted once, however many attempts were needed to read it.
package struct SyncCounters: Sendable, Equatable {
    /// Users read in the latest attempt of the stream.
    package var received = 0
    /// Damaged pieces found in the latest attempt of the stream.
    package var rejected = 0
    /// Users of the latest attempt that lost to another record of the same userName in the same batch.
    package var duplicates = 0
    /// Rows this sync created, in all attempts.
    package var inserted = 0
    /// Rows this sync changed, in all attempts.
    package var updated = 0
    /// Users of the latest attempt that needed no write.
    package var unchanged = 0
    /// Batches the queue accepted, in all attempts.
    package var batchesSent = 0
    /// Batches the ledger shows as applied, in all attempts.
    package var batchesApplied = 0
    /// How often the stream was opened.
    package var streamAttempts = 0
    /// Bytes of the decoded body read in the latest attempt.
    package var streamBytes: Int64 = 0

    package init() {}
}
