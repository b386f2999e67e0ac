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
        let users = batch.latestPerUserName()
        return try await pool.withConnection { connection in
            do {
                let result = try await Self.write(batch, users, on: connection)
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
        _ batch: DecodedBatch, _ users: [Int], on connection: PostgresConnection
    ) async throws(PostgresError) -> PostgresResult {
        do {
            return try await connection.execute(
                UpsertStatement.apply, parameters(batch, users, believingHints: true))
        } catch  where error.isDoubleUser {
            return try await connection.execute(
                UpsertStatement.applyAmongOthers, parameters(batch, users, believingHints: false))
        }
    }

    /// - Parameter believingHints: whether users that the sender presumes to be new are inserted without a look.
    private static func parameters(
        _ batch: DecodedBatch, _ users: [Int], believingHints: Bool
    ) -> [PostgresValue] {
        let presumedNew = believingHints ? users.filter { batch.presumedNew[$0] } : []
        let lookedUp = believingHints ? users.filter { !batch.presumedNew[$0] } : users
        let header = batch.header
        let head: [PostgresValue] = [
            .int8(header.syncID), .int8(header.number), .int4(Int32(header.lane)), .int4(Int32(header.users)),
        ]
        return head + UserColumns(of: lookedUp, in: batch).parameters
            + UserColumns(of: presumedNew, in: batch).parameters
    }
}

extension PostgresError {
    /// Whether a user was inserted who is in the table. The constraint has another name where another program made the table.
    fileprivate var isDoubleUser: Bool { sqlState == "23505" && table == "users" }
}
