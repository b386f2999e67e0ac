package import Logging
package import Postgres
package import SyncCore

/// One sync's hold on the database: the lock that makes it the only one, and its SyncLog row.
///
/// Both live on one connection, since the lock is the session's. When the connection breaks, the session connects again,
/// takes the lock again and goes on, unless another sync took over in between. All writes state absolute values, so that
/// one whose answer was lost can be repeated.
package actor SyncSession {
    /// The id of the sync's SyncLog row.
    package nonisolated let syncID: Int64
    private let configuration: PostgresConfiguration
    private let logger: Logger
    private var connection: PostgresConnection

    /// How often a broken connection is replaced before the error is final, with pauses of 0.25 s doubling up to 8 s: half a
    /// minute in all, longer than a PostgreSQL restart.
    private static let reconnectAttempts = 8

    private init(
        syncID: Int64, connection: PostgresConnection, configuration: PostgresConfiguration, logger: Logger
    ) {
        self.syncID = syncID
        self.connection = connection
        self.configuration = configuration
        self.logger = logger
    }

    /// Takes the lock, marks leftovers of a sync that died as FAILED, and writes a new row, RUNNING.
    /// - Throws: ``SyncSessionError/anotherSyncIsRunning``, ``SchemaError``, or `PostgresError`.
    package static func begin(_ configuration: PostgresConfiguration, logger: Logger) async throws -> SyncSession {
        let configuration = configuration.forLocks
        let connection = try await PostgresConnection.connect(configuration, logger: logger)
        do {
            try await Migrator(connection: connection, logger: logger).requireCurrentSchema()
            guard try await takeLock(connection) else { throw SyncSessionError.anotherSyncIsRunning }
            let syncID = try await connection.transaction { connection in
                let interrupted = try await connection.query(SyncLogSQL.failInterrupted, [])
                if interrupted.affectedRows > 0 {
                    logger.warning(
                        "an earlier sync had been interrupted: marked FAILED",
                        metadata: ["syncs": .stringConvertible(interrupted.affectedRows)])
                }
                return try await connection.query(SyncLogSQL.insertRunning, []).int8(row: 0, column: 0)
            }
            return SyncSession(syncID: syncID, connection: connection, configuration: configuration, logger: logger)
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Makes this sync the one whose batches count: waits for batches of older syncs that are being applied, and from then
    /// on those that are still in the queue are dropped. To be called when the stream is open and before anything is read.
    package func overtake() async throws {
        try await run { [syncID] connection in
            // On its own, so that it is seen at once: no batch can begin after it, and the wait has an end.
            _ = try await connection.query(SyncLogSQL.overtake, [.int8(syncID)])
            try await connection.transaction { connection in
                // Longer than a worker's statement can take.
                _ = try await connection.query("SET LOCAL lock_timeout = '90s'")
                _ = try await connection.query(SyncLogSQL.awaitOvertaken, [.int8(syncID)])
            }
        }
    }

    /// Notes that the stream is being opened again: what the attempt before received no longer counts.
    /// - Parameters:
    ///   - attempt: counted from 1.
    ///   - firstBatch: the number its first batch will have.
    package func beginAttempt(_ attempt: Int, firstBatch: Int64) async throws {
        try await run { [syncID] connection in
            try await connection.transaction { connection in
                _ = try await connection.query("DELETE FROM sync_rejects WHERE sync_id = $1", [.int8(syncID)])
                let result = try await connection.query(
                    SyncLogSQL.beginAttempt, [.int8(syncID), .int4(Int32(attempt)), .int8(firstBatch)])
                try Self.expectUnderWay(result, syncID: syncID)
            }
        }
    }

    /// Writes how far the sync is.
    /// - Parameter status: the status it has reached; nil leaves it as it is.
    package func record(_ counters: SyncCounters, status: SyncStatus? = nil) async throws {
        try await run { [syncID] connection in
            let result = try await connection.execute(
                SyncLogSQL.progress,
                [
                    .int8(syncID), status.map { .text($0.rawValue) } ?? .null, .int8(Int64(counters.received)),
                    .int8(Int64(counters.rejected)), .int8(Int64(counters.batchesSent)), .int8(counters.streamBytes),
                ])
            try Self.expectUnderWay(result, syncID: syncID)
        }
    }

    /// Puts damaged pieces of the stream into quarantine; one that is there already is left as it is.
    package func record(_ rejects: [Reject]) async throws {
        guard !rejects.isEmpty else { return }
        var offsets = PostgresArray(of: .int8, capacity: rejects.count)
        var reasons = PostgresArray(of: .text, capacity: rejects.count, byteCapacity: rejects.count * 16)
        var excerpts = PostgresArray(of: .text, capacity: rejects.count, byteCapacity: rejects.count * 128)
        for reject in rejects {
            offsets.append(reject.offset)
            reasons.append(reject.reason.rawValue)
            excerpts.append(reject.excerpt)
        }
        let parameters: [PostgresValue] = [.int8(syncID), .array(offsets), .array(reasons), .array(excerpts)]
        try await run { connection in
            _ = try await connection.execute(SyncLogSQL.insertRejects, parameters)
        }
    }

    /// What the ledger shows for this sync.
    package func ledgerProgress() async throws -> LedgerProgress {
        try await run { [syncID] connection in
            let result = try await connection.execute(SyncLogSQL.ledgerProgress, [.int8(syncID)])
            return LedgerProgress(
                batchesApplied: Int(try result.int8(row: 0, column: 0)),
                usersApplied: Int(try result.int8(row: 0, column: 1)),
                batchesDead: Int(try result.int8(row: 0, column: 2)))
        }
    }

    /// Notes that the stream was read to its end and that the queue has taken every batch. From here on the sync is complete as
    /// soon as the ledger holds as many batches as ``SyncCounters/batchesSent`` says.
    package func streamCompleted(_ counters: SyncCounters) async throws {
        try await run { [syncID] connection in
            let result = try await connection.query(
                SyncLogSQL.streamCompleted,
                [
                    .int8(syncID), .int8(Int64(counters.received)), .int8(Int64(counters.rejected)),
                    .int8(Int64(counters.batchesSent)), .int8(counters.streamBytes),
                ])
            try Self.expectUnderWay(result, syncID: syncID)
        }
    }

    /// Writes what comparing the stream with the table has shown: ``SyncCounters/skipped``, ``SyncCounters/superseded`` and
    /// ``SyncCounters/missing``. A new attempt of the stream begins them anew.
    package func recordComparison(_ counters: SyncCounters) async throws {
        try await run { [syncID] connection in
            let result = try await connection.query(
                SyncLogSQL.comparison,
                [
                    .int8(syncID), .int8(Int64(counters.skipped)), .int8(Int64(counters.superseded)),
                    counters.missing.map { .int8(Int64($0)) } ?? .null,
                ])
            try Self.expectUnderWay(result, syncID: syncID)
        }
    }

    /// Why batches of this sync are not applied, as far as it is on record; those that were applied later are left out.
    package func outstandingFailures() async throws -> [FailedBatch] {
        try await run { [syncID] connection in
            try await FailedBatchReader(connection: connection).outstanding(of: syncID)
        }
    }

    /// Notes that batches of this sync are in the dead-letter queue. A cause that a worker has put on record stays.
    package func markDead(_ failures: [FailedBatch]) async throws {
        try await run { connection in
            for failure in failures {
                _ = try await connection.execute(
                    FailedBatchSQL.markDead,
                    [
                        .int8(failure.syncID), .int8(failure.batchNumber), .int4(Int32(clamping: failure.lane)),
                        .int4(Int32(clamping: failure.receiveCount)), .text(failure.cause),
                    ])
            }
        }
    }

    /// The numbers of all batches of this sync that are in the ledger.
    package func appliedBatchNumbers() async throws -> [Int64] {
        try await run { [syncID] connection in
            let result = try await connection.query(
                "SELECT batch_number FROM sync_batches WHERE sync_id = $1", [.int8(syncID)])
            return try (0..<result.rowCount).map { try result.int8(row: $0, column: 0) }
        }
    }

    /// The newest sync that completed; nil when none ever did.
    package func lastCompleted() async throws -> SyncLogEntry? {
        try await run { connection in try await SyncLogReader(connection: connection).lastCompleted() }
    }

    /// Ends the sync as COMPLETED, with the sums of the ledger, and gives the lock back.
    /// - Returns: the finished row.
    package func complete(_ counters: SyncCounters) async throws -> SyncLogEntry {
        try await finish(.completed, counters, errorMessage: nil)
    }

    /// Ends the sync as FAILED and gives the lock back.
    /// - Parameters:
    ///   - reason: what happened and what to do, for the person who reads the row.
    ///   - lacksBatches: nothing but batches is missing: once the ledger holds them all, ``FailedBatchReader/settle(_:)`` may
    ///     complete this sync.
    /// - Returns: the finished row.
    package func fail(
        _ counters: SyncCounters, reason: String, lacksBatches: Bool = false
    ) async throws -> SyncLogEntry {
        try await finish(.failed, counters, errorMessage: reason, lacksBatches: lacksBatches)
    }

    private func finish(
        _ status: SyncStatus, _ counters: SyncCounters, errorMessage: String?, lacksBatches: Bool = false
    ) async throws -> SyncLogEntry {
        let entry: SyncLogEntry?
        do {
            entry = try await run { [syncID] connection in
                let result = try await connection.query(
                    SyncLogSQL.finish,
                    [
                        .int8(syncID), .text(status.rawValue), errorMessage.map(PostgresValue.text) ?? .null,
                        .int8(Int64(counters.received)), .int8(Int64(counters.rejected)),
                        .int8(Int64(counters.batchesSent)), .int8(counters.streamBytes), .bool(lacksBatches),
                    ])
                try Self.expectUnderWay(result, syncID: syncID)
                return try await SyncLogReader.entry(syncID, on: connection)
            }
        } catch let error as SyncSessionError {
            // The row is no longer under way, or another sync holds the lock. When a connection was lost just after the commit,
            // that is this session's own doing, and the row says so.
            guard let ended = try? await currentEntry(), ended.status == status, ended.errorMessage == errorMessage
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
        let reader = try await PostgresConnection.connect(configuration, logger: logger)
        let entry: SyncLogEntry?
        do {
            entry = try await SyncLogReader.entry(syncID, on: reader)
        } catch {
            await reader.close()
            throw error
        }
        await reader.close()
        return entry
    }

    /// Lets go of the database without ending the sync: the lock goes, the row stays as it is.
    package func abandon() async {
        await connection.close()
    }

    // MARK: Staying connected

    /// Runs an operation that may be repeated, replacing the connection when it breaks.
    private func run<Result: Sendable>(
        _ operation: @Sendable (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        var pause = Duration.milliseconds(250)
        for attempt in 1... {
            do {
                if !connection.isUsable { try await reconnect() }
                return try await operation(connection)
            } catch let error as PostgresError where error.isTransient && attempt < Self.reconnectAttempts {
                logger.warning(
                    "the sync's database connection failed, trying again",
                    metadata: [
                        "sync_id": .stringConvertible(syncID), "attempt": .stringConvertible(attempt),
                        "error": "\(error)",
                    ])
                try await Task.sleep(for: pause * Double.random(in: 0.5...1))
                pause = min(pause * 2, .seconds(8))
            }
        }
        preconditionFailure("the loop over an endless range returns or throws")
    }

    private func reconnect() async throws {
        await connection.close()
        connection = try await PostgresConnection.connect(configuration, logger: logger)
        guard try await Self.takeLock(connection) else { throw SyncSessionError.lockLost(syncID: syncID) }
        let newest = try await connection.query("SELECT max(id) FROM sync_logs", []).int8(row: 0, column: 0)
        guard newest == syncID else { throw SyncSessionError.lockLost(syncID: syncID) }
    }

    private static func takeLock(_ connection: PostgresConnection) async throws -> Bool {
        try await connection.query("SELECT pg_try_advisory_lock($1)", [.int8(AdvisoryLock.sync)])
            .bool(row: 0, column: 0)
    }

    /// All updates of the row are conditional on its being under way: a sync that was reset must not come back to life.
    private static func expectUnderWay(_ result: PostgresResult, syncID: Int64) throws {
        guard result.affectedRows == 1 else { throw SyncSessionError.endedElsewhere(syncID: syncID) }
    }
}
