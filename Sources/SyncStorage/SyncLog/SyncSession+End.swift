import Postgres
package import SyncCore

/// How a sync ends.
extension SyncSession {
    /// Ends the sync as COMPLETED, with the sums of the ledger, and gives the lock back.
    /// - Returns: the finished row.
    /// - Throws: ``SyncSessionError/incomplete(syncID:found:)`` when the ledger does not hold exactly what was sent, or when the verdict
    ///   on the stream does not allow it; the sync is still under way then.
    package func complete() async throws -> SyncLogEntry {
        try await end(as: .completed, errorMessage: nil) { [syncID] connection in
            guard try await !SyncLogTable.complete(syncID, on: connection) else { return }
            let entry = try await SyncLogReader.entry(syncID, on: connection)
            guard let entry, !entry.status.isFinal else { throw SyncSessionError.endedElsewhere(syncID: syncID) }
            throw SyncSessionError.incomplete(syncID: syncID)
        }
    }

    /// Ends the sync as FAILED and gives the lock back.
    /// - Parameters:
    ///   - reason: what happened and what to do, for the person who reads the row.
    ///   - lacksBatches: nothing but batches is missing: once the ledger holds them all, ``SyncLogTable/complete(_:)`` may
    ///     complete this sync.
    /// - Returns: the finished row.
    package func fail(
        _ counters: SyncCounters, reason: String, lacksBatches: Bool = false
    ) async throws -> SyncLogEntry {
        try await end(as: .failed, errorMessage: reason) { [syncID] connection in
            let result = try await connection.query(
                SyncLogSQL.fail,
                [
                    .int8(syncID), .text(reason), .int8(Int64(counters.received)), .int8(Int64(counters.rejected)),
                    .int8(Int64(counters.batchesSent)), .int8(counters.streamBytes), .bool(lacksBatches),
                ])
            try Self.expectUnderWay(result, syncID: syncID)
        }
    }

    private func end(
        as status: SyncStatus, errorMessage: String?, _ write: @Sendable (PostgresConnection) async throws -> Void
    ) async throws -> SyncLogEntry {
        let entry: SyncLogEntry?
        do {
            entry = try await run { [syncID] connection in
                try await write(connection)
                let entry = try await SyncLogReader.entry(syncID, on: connection)
                // Said, and not left to the end of the session: the server may notice that later than the next sync begins.
                _ = try? await connection.query("SELECT pg_advisory_unlock($1)", [.int8(AdvisoryLock.sync)])
                return entry
            }
        } catch let error as SyncSessionError {
            if case .incomplete = error { throw error }
            // The row is no longer under way, or another sync holds the lock. When an answer was lost just after the commit, that is
            // this session's own doing, and the row says so.
            guard let ended = try await currentEntry(), ended.status == status, ended.errorMessage == errorMessage
            else {
                throw error
            }
            entry = ended
        }
        await connection.close()
        guard let entry else { throw SyncSessionError.endedElsewhere(syncID: syncID) }
        return entry
    }

    /// The sync's row, read over a connection that needs no lock.
    private func currentEntry() async throws -> SyncLogEntry? {
        let patience = connection.isHurried ? Patience(limit: Patience.limitAfterStop) : patience
        let database = PatientDatabase(configuration, patience: patience, logger: logger)
        return try await database.withConnection { connection in
            try await SyncLogReader.entry(syncID, on: connection)
        }
    }
}
