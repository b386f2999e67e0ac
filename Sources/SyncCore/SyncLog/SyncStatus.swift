/// Where a sync stands; the raw values are those of the `sync_logs.status` column.
package enum SyncStatus: String, Sendable, CaseIterable {
    /// Asked for, not started.
    case pending = "PENDING"
    /// The legacy stream is being read and batches are being sent.
    case running = "RUNNING"
    /// The stream was read to its end; batches are still to be applied.
    case processing = "PROCESSING"
    /// Every batch that was sent is applied.
    case completed = "COMPLETED"
    /// Ended without that; the row's error message says why.
    case failed = "FAILED"

    /// Whether nothing can follow but a replay of dead letters.
    package var isFinal: Bool { self == .completed || self == .failed }
}
