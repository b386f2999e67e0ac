/// One row of `sync_logs`, as operators see it.
package struct SyncLogEntry: Sendable, Equatable {
    package let id: Int64
    package let status: SyncStatus
    /// Microseconds since 1970-01-01T00:00:00Z.
    package let startedAt: Int64
    /// Microseconds since 1970-01-01T00:00:00Z; nil while the sync is under way.
    package let finishedAt: Int64?
    /// Milliseconds from start to finish; nil while the sync is under way.
    package let durationMilliseconds: Int64?
    /// Users received and applied.
    package let totalProcessed: Int64
    /// Why the sync failed and what to do; nil otherwise.
    package let errorMessage: String?
    package let counters: SyncCounters
    /// What has changed in the source, in words; nil when nothing has, or when that is not known yet.
    package let sourceChanges: String?

    package init(
        id: Int64,
        status: SyncStatus,
        startedAt: Int64,
        finishedAt: Int64?,
        durationMilliseconds: Int64?,
        totalProcessed: Int64,
        errorMessage: String?,
        counters: SyncCounters,
        sourceChanges: String? = nil
    ) {
        self.id = id
        self.status = status
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.durationMilliseconds = durationMilliseconds
        self.totalProcessed = totalProcessed
        self.errorMessage = errorMessage
        self.counters = counters
        self.sourceChanges = sourceChanges
    }
}
