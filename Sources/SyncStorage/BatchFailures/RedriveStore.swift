package import Logging
package import Postgres
package import SyncCore

/// What a redrive reads and writes in the database, for as long as patience allows.
package struct RedriveStore: Sendable {
    private let connection: LastingConnection

    /// Connects for one piece of work, and closes the connection afterwards.
    /// - Parameter isTyped: a person at a terminal has typed the command: an unknown host and a refused login are final at once.
    /// - Throws: ``SchemaError``, `PostgresError`, `OutageError`, or what the work throws.
    package nonisolated(nonsending) static func withStore<Result>(
        _ configuration: PostgresConfiguration, patience: Patience, isTyped: Bool, logger: Logger,
        _ work: nonisolated(nonsending) (RedriveStore) async throws -> Result
    ) async throws -> Result {
        let connection = try await LastingConnection.open(
            configuration.forLocks, patience: patience, isTyped: isTyped, logger: logger,
            prepare: { try await Migrator(connection: $0, logger: logger).requireCurrentSchema() })
        do {
            let result = try await work(RedriveStore(connection: connection))
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    /// The failures of a sync whose batches are not in the ledger, by batch number.
    package func outstandingFailures(of syncID: Int64) async throws -> [FailedBatch] {
        try await connection.run { try await BatchFailureTable(connection: $0).outstanding(of: syncID) }
    }

    /// Deletes the record of a failure: the batch goes back into the queue.
    package func deleteFailure(syncID: Int64, batchNumber: Int64) async throws {
        try await connection.run {
            try await BatchFailureTable(connection: $0).delete(syncID: syncID, batchNumber: batchNumber)
        }
    }

    /// As ``SyncLogTable/complete(_:)``.
    package func complete(_ syncID: Int64) async throws -> Bool {
        try await connection.run { try await SyncLogTable(connection: $0).complete(syncID) }
    }

    /// As ``SyncLogTable/awaitingBatches(among:)``.
    package func awaitingBatches(among syncIDs: Set<Int64>) async throws -> Set<Int64> {
        try await connection.run { try await SyncLogTable(connection: $0).awaitingBatches(among: syncIDs) }
    }

    /// As ``SyncLogTable/completed(among:)``.
    package func completed(among syncIDs: Set<Int64>) async throws -> Set<Int64> {
        try await connection.run { try await SyncLogTable(connection: $0).completed(among: syncIDs) }
    }

    /// As ``SyncLogTable/newestAwaitingBatches()``.
    package func newestAwaitingBatches() async throws -> Int64? {
        try await connection.run { try await SyncLogTable(connection: $0).newestAwaitingBatches() }
    }
}
