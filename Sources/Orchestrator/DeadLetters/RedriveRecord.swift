import SyncStorage

/// What a redrive knows of syncs and of batches that failed, and what it changes there.
///
/// `RedriveStore` keeps it in PostgreSQL; the unit tests of the redrive keep it in memory.
protocol RedriveRecord: Sendable {
    func outstandingFailures(of syncID: Int64) async throws -> [FailedBatch]
    func deleteFailure(syncID: Int64, batchNumber: Int64) async throws
    /// - Returns: whether the sync became COMPLETED now.
    func complete(_ syncID: Int64) async throws -> Bool
    func awaitingBatches(among syncIDs: Set<Int64>) async throws -> Set<Int64>
    func completed(among syncIDs: Set<Int64>) async throws -> Set<Int64>
    func newestAwaitingBatches() async throws -> Int64?
}

extension RedriveStore: RedriveRecord {}
