package import Postgres

/// Keeps the record of batches that could not be applied.
package struct FailedBatchStore: Sendable {
    private let pool: PostgresPool

    package init(pool: PostgresPool) {
        self.pool = pool
    }

    /// Notes why a batch failed; an older note on it is replaced. A sync that this database does not know leaves none.
    /// - Throws: `PostgresError`; the failure is not on record then.
    package func record(_ failure: FailedBatch) async throws {
        let parameters: [PostgresValue] = [
            .int8(failure.syncID), .int8(failure.batchNumber), .int4(Int32(clamping: failure.lane)),
            .int4(Int32(clamping: failure.receiveCount)), .bool(failure.isFinal), .text(failure.cause),
        ]
        try await pool.withConnection { connection in
            _ = try await connection.execute(FailedBatchSQL.record, parameters)
        }
    }
}
