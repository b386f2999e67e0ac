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

    /// Makes a failed sync COMPLETED when its stream had been complete and the ledger now holds every batch.
    /// - Returns: whether it was completed now. A sync that a newer one has overtaken never is.
    package func settle(_ syncID: Int64) async throws -> Bool {
        try await connection.query(SyncLogSQL.settle, [.int8(syncID)]).affectedRows == 1
    }
}
