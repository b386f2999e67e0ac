package import Postgres

/// Reads why batches are not applied, and settles a sync once they are.
package struct FailedBatchReader: Sendable {
    private let connection: PostgresConnection

    package init(connection: PostgresConnection) {
        self.connection = connection
    }

    /// The failures of a sync whose batches are not in the ledger, by batch number.
    package func outstanding(of syncID: Int64) async throws -> [FailedBatch] {
        let result = try await connection.query(FailedBatchSQL.outstanding, [.int8(syncID)])
        return try (0..<result.rowCount).map { row in
            FailedBatch(
                syncID: syncID, batchNumber: try result.int8(row: row, column: 0),
                lane: Int(try result.int8(row: row, column: 1)),
                receiveCount: Int(try result.int8(row: row, column: 2)), isFinal: try result.bool(row: row, column: 3),
                cause: try result.text(row: row, column: 4))
        }
    }

    /// Forgets why a batch failed: it goes back into the queue, and what happens there is a new story.
    package func forget(syncID: Int64, batchNumber: Int64) async throws {
        _ = try await connection.query(FailedBatchSQL.forget, [.int8(syncID), .int8(batchNumber)])
    }

    /// Those of some syncs that ended FAILED for want of batches alone: ``settle(_:)`` completes them once these are applied. A
    /// sync that a newer one has overtaken is not among them, nor is one that was interrupted or reset.
    package func awaitingBatches(among syncIDs: Set<Int64>) async throws -> Set<Int64> {
        try await those(of: syncIDs, SyncLogSQL.awaitingBatches)
    }

    /// Those of some syncs that are COMPLETED.
    package func completed(among syncIDs: Set<Int64>) async throws -> Set<Int64> {
        try await those(of: syncIDs, SyncLogSQL.completed)
    }

    /// Those of some syncs, given as $1, that a statement picks.
    private func those(of syncIDs: Set<Int64>, _ statement: SQL) async throws -> Set<Int64> {
        guard !syncIDs.isEmpty else { return [] }
        var ids = PostgresArray(of: .int8, capacity: syncIDs.count)
        for id in syncIDs.sorted() { ids.append(id) }
        let result = try await connection.query(statement, [.array(ids)])
        return Set(try (0..<result.rowCount).map { try result.int8(row: $0, column: 0) })
    }

    /// The newest sync, when it awaits batches, as ``awaitingBatches(among:)`` has it.
    package func newestAwaitingBatches() async throws -> Int64? {
        let result = try await connection.query(SyncLogSQL.newestAwaitingBatches, [])
        return result.rowCount == 0 ? nil : try result.int8(row: 0, column: 0)
    }

    /// Makes a sync that failed for want of batches COMPLETED when the ledger now holds every one.
    /// - Returns: whether it was completed now.
    package func settle(_ syncID: Int64) async throws -> Bool {
        try await connection.query(SyncLogSQL.settle, [.int8(syncID)]).affectedRows == 1
    }
}
