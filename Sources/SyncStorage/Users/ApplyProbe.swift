package import Postgres

/// Asks whether batches can be applied at all, with nothing of a batch.
///
/// A server that answers `SELECT 1` can still be read-only, full, or lack a table or a right. So the probe is the apply statement
/// itself, without users, for the newest sync and a batch number that no sync has. It writes a ledger row, and is always rolled back.
package struct ApplyProbe: Sendable {
    private let pool: PostgresPool
    private let fields: MessageFields

    private struct RolledBack: Error {}

    /// No sync numbers a batch so.
    private static let batchNumber: Int64 = -1

    /// - Parameters:
    ///   - pool: connections made with ``PostgresConfiguration/forBatches``.
    ///   - fields: says which statement the last message needed.
    package init(pool: PostgresPool, fields: MessageFields) {
        self.pool = pool
        self.fields = fields
    }

    /// - Throws: `PostgresError` when no batch can be applied. What the database has against the probe's own content says that it
    ///   is available, and is no error.
    package func run() async throws {
        let statement = fields.latest
        do {
            try await pool.withConnection { connection in
                try await connection.transaction { connection in
                    let newest = try await connection.query("SELECT coalesce(max(id), 0)::bigint FROM sync_logs")
                    let none = UserColumns(ofNobodyWith: statement.fields).parameters
                    _ = try await connection.execute(
                        statement.apply,
                        [.int8(try newest.int8(row: 0, column: 0)), .int8(Self.batchNumber), .int4(0), .int4(0)] + none
                            + none)
                    throw RolledBack()
                }
            }
        } catch is RolledBack {
            return
        } catch let error as PostgresError where error.scope != .world {
            return
        }
    }
}
