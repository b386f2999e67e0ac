/// What the pruning asks of the tables.
///
/// ``HistoryTable`` keeps them in PostgreSQL; the unit tests of the pruning keep them in memory.
package protocol HistoryRecord: Sendable {
    /// The next syncs that have history which may go, oldest first.
    /// - Parameters:
    ///   - days: since they ended, at least 1.
    ///   - after: only syncs with a higher id.
    ///   - limit: syncs at most.
    func ended(forDays days: Int, after: Int64, limit: Int) async throws -> [Int64]
    /// Whether a sync newer than this one has begun.
    func hasNewer(than syncID: Int64) async throws -> Bool
    /// Deletes rows of some syncs, in one short transaction.
    /// - Returns: how many; fewer than `limit` when none is left.
    func delete(_ part: HistoryPart, of syncIDs: [Int64], limit: Int) async throws -> Int
}
