import Postgres
package import SyncCore

/// What a sync reads and writes while its batches are applied.
extension SyncSession {
    /// What the ledger shows for this sync.
    package func ledgerProgress() async throws -> LedgerProgress {
        try await run { [syncID] connection in
            let row = try await connection.execute(SyncLogSQL.ledgerProgress, [.int8(syncID)]).single()
            return LedgerProgress(
                batchesApplied: try row.int("batches"), usersApplied: try row.int("users"),
                batchesDead: try row.int("dead"), foreignBatches: try row.int("foreign_batches"),
                usersRefused: try row.int("refused"))
        }
    }

    /// Why batches of this sync are not applied, as far as it is on record; those that were applied later are left out.
    package func outstandingFailures() async throws -> [FailedBatch] {
        try await run { [syncID] connection in
            try await BatchFailureTable(connection: connection).outstanding(of: syncID)
        }
    }

    /// Notes that batches of this sync are in the dead-letter queue. A cause that a worker has put on record stays.
    package func markDead(_ failures: [FailedBatch]) async throws {
        try await run { connection in
            for failure in failures { try await BatchFailureTable(connection: connection).recordDead(failure) }
        }
    }

    /// The numbers of all batches of this sync that are in the ledger.
    package func appliedBatchNumbers() async throws -> [Int64] {
        try await run { [syncID] connection in
            try await connection.query("SELECT batch_number FROM sync_batches WHERE sync_id = $1", [.int8(syncID)])
                .rows.map { try $0.int8("batch_number") }
        }
    }

    /// The newest sync that completed; nil when none ever did.
    package func lastCompleted() async throws -> SyncLogEntry? {
        try await run { connection in try await SyncLogReader(connection: connection).lastCompleted() }
    }
}
