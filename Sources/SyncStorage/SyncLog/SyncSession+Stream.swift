import Postgres
package import SyncCore

/// What a sync writes while it reads the stream and sends batches.
extension SyncSession {
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
                    SyncLogSQL.beginAttempt, [.int8(syncID), .int4(Int32(clamping: attempt)), .int8(firstBatch)])
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
            reasons.append(reject.storedReason)
            excerpts.append(reject.excerpt)
        }
        let parameters: [PostgresValue] = [.int8(syncID), .array(offsets), .array(reasons), .array(excerpts)]
        try await run { connection in
            _ = try await connection.execute(SyncLogSQL.insertRejects, parameters)
        }
    }

    /// Reserves the batch numbers up to one, from 1. Workers refuse a batch whose number is not reserved.
    package func reserveBatches(upTo last: Int64) async throws {
        try await run { [syncID] connection in
            let result = try await connection.execute(SyncLogSQL.reserve, [.int8(syncID), .int8(last)])
            try Self.expectUnderWay(result, syncID: syncID)
        }
    }

    /// Notes that the stream was read to its end and that the queue has taken every batch, numbered from 1 to
    /// ``SyncCounters/batchesSent``. From here on the sync is complete as soon as the ledger holds exactly those.
    /// - Parameter usersSent: users in these batches.
    package func streamCompleted(_ counters: SyncCounters, usersSent: Int) async throws {
        try await run { [syncID] connection in
            let result = try await connection.query(
                SyncLogSQL.streamCompleted,
                [
                    .int8(syncID), .int8(Int64(counters.received)), .int8(Int64(counters.rejected)),
                    .int8(Int64(counters.batchesSent)), .int8(counters.streamBytes), .int8(Int64(usersSent)),
                ])
            try Self.expectUnderWay(result, syncID: syncID)
        }
    }
}
