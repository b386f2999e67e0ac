import Postgres
import SyncCore
import SyncStorage

/// One way to apply a batch with its row in the ledger, in one transaction and one round trip.
struct UpsertForm: Sendable {
    let name: String
    var isProduct = false
    var hasHashedLanes = false
    let apply: @Sendable (PostgresPool, DecodedBatch) async throws -> Void

    /// The product's own, and what others would write.
    static let all: [UpsertForm] = [
        UpsertForm(name: "User Sync", isProduct: true, apply: applyAsProduct),
        UpsertForm(name: "User Sync, lanes by hashes", isProduct: true, hasHashedLanes: true, apply: applyAsProduct),
        piped(
            "unnest + guarded ON CONFLICT",
            insert(
                "WHERE true",
                "ON CONFLICT (user_name) DO UPDATE SET \(assignments("excluded")) WHERE \(supersedes("excluded"))")
        ),
        piped(
            "unnest + plain DO UPDATE",
            insert("WHERE true", "ON CONFLICT (user_name) DO UPDATE SET \(assignments("excluded"))")),
        piped(
            "UPDATE of the changed + INSERT of the missing",
            """
            UPDATE users SET \(assignments("i")) FROM \(incoming)
            WHERE users.user_name = i.user_name AND \(supersedes("i"))
            """,
            insert(
                "WHERE NOT EXISTS (SELECT FROM users WHERE users.user_name = i.user_name)",
                "ON CONFLICT (user_name) DO NOTHING")),
    ]

    private static let applyAsProduct: @Sendable (PostgresPool, DecodedBatch) async throws -> Void = { pool, batch in
        let outcome = try await BatchStore(pool: pool).apply(batch)
        guard case .applied = outcome else { throw BenchmarkFailure("batch \(batch.header.number): \(outcome)") }
    }

    /// Statements with the batch's columns as arrays, and the ledger's.
    private static func piped(_ name: String, _ statements: SQL...) -> UpsertForm {
        let prepared = statements.enumerated().map { PostgresStatement(name: "form_\($0)", sql: $1) }
        return UpsertForm(name: name) { pool, batch in
            let columns = columns(of: batch)
            let header = batch.header
            let ledgerRow: [PostgresValue] = [
                .int8(header.syncID), .int8(header.number), .int4(Int32(header.lane)), .int4(Int32(header.users)),
            ]
            try await pool.withConnection { connection in
                _ = try await connection.pipeline(prepared.map { ($0, columns) } + [(ledger, ledgerRow)])
            }
        }
    }

    /// These forms do not count what they did: the account that the table demands comes out by calling every user unchanged.
    private static let ledger = PostgresStatement(
        name: "ledger",
        sql: """
            INSERT INTO sync_batches (sync_id, batch_number, lane, users, duplicates, inserted, updated, unchanged)
            VALUES ($1, $2, $3, $4, 0, 0, 0, $4)
            """)

    private static let incoming: SQL = """
        unnest($1::text[], $2::bigint[], $3::text[], $4::timestamptz[], $5::boolean[])
            AS i (user_name, legacy_id, email, legacy_created_at, deleted)
        """

    private static func insert(_ condition: SQL, _ conflict: SQL) -> SQL {
        """
        INSERT INTO users (user_name, legacy_id, email, legacy_created_at, deleted, deleted_at)
        SELECT i.*, CASE WHEN deleted THEN now() END FROM \(incoming) \(condition) \(conflict)
        """
    }

    private static func assignments(_ new: SQL) -> SQL {
        """
        legacy_id = \(new).legacy_id, email = \(new).email, legacy_created_at = \(new).legacy_created_at,
        updated_at = now(), deleted = \(new).deleted,
        deleted_at = CASE WHEN \(new).deleted THEN coalesce(users.deleted_at, now()) END
        """
    }

    private static func supersedes(_ new: SQL) -> SQL {
        """
        (users.legacy_created_at < \(new).legacy_created_at
            OR users.legacy_created_at = \(new).legacy_created_at
                AND (users.legacy_id, users.email, users.deleted)
                    IS DISTINCT FROM (\(new).legacy_id, \(new).email, \(new).deleted))
        """
    }

    private static func columns(of batch: DecodedBatch) -> [PostgresValue] {
        let rows = batch.latestPerUserName()
        var names = PostgresArray(of: .text, capacity: rows.count, byteCapacity: rows.count * 32)
        var ids = PostgresArray(of: .int8, capacity: rows.count)
        var emails = PostgresArray(of: .text, capacity: rows.count, byteCapacity: rows.count * 32)
        var times = PostgresArray(of: .timestamptz, capacity: rows.count)
        var deleted = PostgresArray(of: .bool, capacity: rows.count)
        for row in rows {
            batch.withUserName(at: row) { names.append(utf8: $0) }
            ids.append(batch.legacyIDs[row])
            batch.withEmail(at: row) { emails.append(utf8: $0) }
            times.append(microsecondsSinceUnixEpoch: batch.createdAts[row])
            deleted.append(batch.deleted[row])
        }
        return [.array(names), .array(ids), .array(emails), .array(times), .array(deleted)]
    }
}
