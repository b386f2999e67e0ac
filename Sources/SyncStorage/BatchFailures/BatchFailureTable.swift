package import Postgres

/// Writes and reads `sync_batch_failures`: why batches are not applied.
package struct BatchFailureTable: Sendable {
    private let connection: PostgresConnection

    package init(connection: PostgresConnection) {
        self.connection = connection
    }

    /// The failures of a sync whose batches are not in the ledger, by batch number.
    package func outstanding(of syncID: Int64) async throws -> [FailedBatch] {
        try await connection.query(BatchFailureSQL.outstanding, [.int8(syncID)]).rows.map { row in
            FailedBatch(
                syncID: syncID, batchNumber: try row.int8("batch_number"), lane: try row.int("lane"),
                receiveCount: try row.int("receive_count"), isFinal: try row.bool("is_final"),
                cause: try row.text("cause"))
        }
    }

    /// Deletes the record of a failure: the batch goes back into the queue, and what happens there is a new story.
    package func delete(syncID: Int64, batchNumber: Int64) async throws {
        _ = try await connection.query(BatchFailureSQL.delete, [.int8(syncID), .int8(batchNumber)])
    }

    /// Records why a batch failed; an older record of it is replaced. A sync that this database does not know leaves none.
    package func record(_ failure: FailedBatch) async throws {
        _ = try await connection.execute(
            BatchFailureSQL.record,
            [
                .int8(failure.syncID), .int8(failure.batchNumber), .int4(Int32(clamping: failure.lane)),
                .int4(Int32(clamping: failure.receiveCount)), .bool(failure.isFinal), .text(failure.cause),
            ])
    }

    /// Records that a batch is in the dead-letter queue. A cause that a worker has recorded stays.
    package func recordDead(_ failure: FailedBatch) async throws {
        _ = try await connection.execute(
            BatchFailureSQL.recordDead,
            [
                .int8(failure.syncID), .int8(failure.batchNumber), .int4(Int32(clamping: failure.lane)),
                .int4(Int32(clamping: failure.receiveCount)), .text(failure.cause),
            ])
    }
}

/// Records failures over the connections of a pool.
package struct FailedBatchStore: Sendable {
    private let pool: PostgresPool

    package init(pool: PostgresPool) {
        self.pool = pool
    }

    /// Records why a batch failed, as ``BatchFailureTable/record(_:)`` does.
    /// - Throws: `PostgresError`; the failure is not on record then.
    package func record(_ failure: FailedBatch) async throws {
        try await pool.withConnection { try await BatchFailureTable(connection: $0).record(failure) }
    }
}
