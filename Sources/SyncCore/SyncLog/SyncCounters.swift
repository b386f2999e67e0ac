/// What a sync counted, as its SyncLog row keeps it.
///
/// For a completed sync `received == inserted + updated + unchanged + duplicates + refused` holds: each user of the complete
/// stream is counted once, however many attempts were needed to read it, and however often they wrote its row.
package struct SyncCounters: Sendable, Equatable {
    /// Users read in the latest attempt of the stream.
    package var received = 0
    /// Damaged pieces found in the latest attempt of the stream.
    package var rejected = 0
    /// Users of the latest attempt that lost to another record of the same userName before they reached the table.
    package var duplicates = 0
    /// Rows this sync created, in all attempts.
    package var inserted = 0
    /// Rows this sync changed, in all attempts.
    package var updated = 0
    /// Users of the latest attempt that needed no write.
    package var unchanged = 0
    /// Users of the latest attempt whom the database refused: each is on record with its cause.
    package var refused = 0
    /// Batches the queue accepted, in all attempts.
    package var batchesSent = 0
    /// Batches the ledger shows as applied, in all attempts.
    package var batchesApplied = 0
    /// How often the stream was opened.
    package var streamAttempts = 0
    /// Bytes of the decoded body read in the latest attempt.
    package var streamBytes: Int64 = 0

    /// Of `unchanged`: users of the latest attempt that were not sent, since the table held them, or something newer.
    package var skipped = 0
    /// Of `duplicates`: users of the latest attempt that were not sent, since a later record of the same userName came.
    package var superseded = 0
    /// Of `updated`: rows that the source has marked as deleted since.
    package var newlyDeleted = 0
    /// Of `unchanged`: records of late batches that lost a tie to a row of this sync; the next sync settles them.
    package var tiesLost = 0
    /// Users whose row is newer than all that the complete stream says of them, so that nothing of the source reaches it; nil when
    /// that is not known.
    package var newer: Int?
    /// The minutes by which most of `newer` are newer, where a time zone explains it; nil otherwise.
    package var newerByMinutes: Int?
    /// Live users that the complete stream did not name; nil when that is not known.
    package var missing: Int?
    /// Of `missing`: users that were marked as deleted for it.
    package var missingDeleted = 0

    package init() {}
}
