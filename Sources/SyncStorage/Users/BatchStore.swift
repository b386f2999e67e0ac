package import Postgres
package import SyncCore

/// Applies batches to the `users` table, each exactly once in effect.
package struct BatchStore: Sendable {
    private let pool: PostgresPool

    /// - Parameter pool: connections made with ``PostgresConfiguration/forBatches``.
    package init(pool: PostgresPool) {
        self.pool = pool
    }

    /// Applies one batch in one transaction with its ledger row.
    /// - Throws: `PostgresError`; nothing was changed then. A foreign key violation means that no such sync is known here.
    package func apply(_ batch: DecodedBatch) async throws -> BatchOutcome {
        let rows = batch.latestPerUserName()
        let parameters = Self.parameters(batch, rows: rows)
        return try await pool.withConnection { connection in
            do {
                let result = try await Self.write(parameters, on: connection)
                if result.rowCount > 0 {
                    return .applied(
                        BatchOutcome.Counts(
                            duplicates: Int(try result.int8(row: 0, column: 0)),
                            inserted: Int(try result.int8(row: 0, column: 1)),
                            updated: Int(try result.int8(row: 0, column: 2)),
                            unchanged: Int(try result.int8(row: 0, column: 3))
                        ))
                }
            } catch let error as PostgresError where error.constraint == "sync_batches_pkey" {
                return .alreadyApplied
            }
            let applied = try await connection.execute(
                UpsertStatement.isApplied, [.int8(batch.header.syncID), .int8(batch.header.number)])
            return try applied.bool(row: 0, column: 0) ? .alreadyApplied : .overtaken
        }
    }

    private nonisolated(nonsending) static func write(
        _ parameters: [PostgresValue], on connection: PostgresConnection
    ) async throws(PostgresError) -> PostgresResult {
        do {
            return try await connection.execute(UpsertStatement.apply, parameters)
        } catch  where error.isDoubleUser {
            return try await connection.execute(UpsertStatement.applyAmongOthers, parameters)
        }
    }

    private static func parameters(_ batch: DecodedBatch, rows: [Int]) -> [PostgresValue] {
        // Close to what a name or an address takes; the arrays grow when it is more.
        let textBytes = rows.count * 32
        var userNames = PostgresArray(of: .text, capacity: rows.count, byteCapacity: textBytes)
        var legacyIDs = PostgresArray(of: .int8, capacity: rows.count)
        var emails = PostgresArray(of: .text, capacity: rows.count, byteCapacity: textBytes)
        var createdAts = PostgresArray(of: .timestamptz, capacity: rows.count)
        var deleted = PostgresArray(of: .bool, capacity: rows.count)
        for row in rows {
            batch.withUserName(at: row) { userNames.append(utf8: $0) }
            legacyIDs.append(batch.legacyIDs[row])
            batch.withEmail(at: row) { emails.append(utf8: $0) }
            createdAts.append(microsecondsSinceUnixEpoch: batch.createdAts[row])
            deleted.append(batch.deleted[row])
        }
        return [
            .int8(batch.header.syncID), .int8(batch.header.number), .int4(Int32(batch.header.lane)),
            .int4(Int32(batch.header.users)),
            .array(userNames), .array(legacyIDs), .array(emails), .array(createdAts), .array(deleted),
        ]
    }
}

extension PostgresError {
    /// Whether a user was inserted who is in the table. The constraint has another name where another program made the table.
    fileprivate var isDoubleUser: Bool { sqlState == "23505" && table == "users" }
}
