package import SyncCore
package import SyncStorage

/// One sync's hold on its record: the lock, the SyncLog row, its rejects and its ledger.
///
/// `SyncSession` keeps it in PostgreSQL; the unit tests of the stages keep it in memory.
package protocol SyncRecord: Sendable {
    var syncID: Int64 { get }

    func beginAttempt(_ attempt: Int, firstBatch: Int64) async throws
    func overtake() async throws
    func record(_ counters: SyncCounters, status: SyncStatus?) async throws
    func record(_ rejects: [Reject]) async throws
    func reserveBatches(upTo last: Int64) async throws
    func streamCompleted(_ counters: SyncCounters, usersSent: Int) async throws

    func ledgerProgress() async throws -> LedgerProgress
    func appliedBatchNumbers() async throws -> [Int64]
    func outstandingFailures() async throws -> [FailedBatch]
    func markDead(_ failures: [FailedBatch]) async throws
    func lastCompleted() async throws -> SyncLogEntry?
    /// What the streams of the last completed syncs were made of, the newest first; those without a profile left out.
    func completedProfiles(limit: Int) async throws -> [SourceProfile]
    func record(_ profile: SourceProfile, changes: [SourceChange], comparedSyncs: Int) async throws

    func complete() async throws -> SyncLogEntry
    func fail(_ counters: SyncCounters, reason: String, lacksBatches: Bool) async throws -> SyncLogEntry
    /// Leaves each outage of the database a few seconds from now on: the program was told to stop.
    func hurry()
    /// Gives the lock back and leaves the row as it is.
    func abandon() async
}

extension SyncSession: SyncRecord {}
