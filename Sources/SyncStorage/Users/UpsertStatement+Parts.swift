import Postgres
import SyncCore

/// The same in steps, for a batch of which the database refuses some users: claim, any number of parts, ledger and refusals, all
/// in one transaction.
extension UpsertStatement {
    /// What ``apply``'s gate finds out. Parameters: $1 sync id, $2 batch number.
    static let claim = PostgresStatement(
        name: "claim_batch",
        sql: """
            WITH current AS MATERIALIZED (
                \(lockedIfAccepting)
            )
            SELECT EXISTS (SELECT FROM sync_batches WHERE sync_id = $1 AND batch_number = $2) AS is_applied,
                NOT EXISTS (SELECT FROM current) AND EXISTS (SELECT FROM sync_logs WHERE id = $1) AS is_refused,
                EXISTS (SELECT FROM sync_logs WHERE id = $1 AND overtaken_by IS NOT NULL) AS is_overtaken,
                EXISTS (SELECT FROM sync_logs WHERE id = $1 AND status = 'COMPLETED') AS is_completed
            """)

    static func applyPart(_ fields: [UserField]) -> PostgresStatement {
        PostgresStatement(
            name: "apply_part",
            sql: """
                WITH gate AS MATERIALIZED (SELECT), \(upsert(fields))
                SELECT inserted, updated, unchanged, newly_deleted, ties_lost FROM counted
                """)
    }

    /// Parameters: $1 sync id, $2 batch number, $3 lane, then the counts of users in the message, duplicates, inserted, updated,
    /// unchanged, newly deleted, refused and of ties lost.
    static let enterIntoLedger = PostgresStatement(
        name: "enter_into_ledger",
        sql: """
            INSERT INTO sync_batches (
                sync_id, batch_number, lane, users, duplicates, inserted, updated, unchanged, newly_deleted, refused, ties_lost,
                apply_ms)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
                (extract(epoch FROM clock_timestamp() - transaction_timestamp()) * 1000)::integer)
            """)

    /// Parameters: $1 sync id, $2 batch number, then arrays of names, SQLSTATEs, constraints (empty for none) and messages.
    static let enterRefusals = PostgresStatement(
        name: "enter_refusals",
        sql: """
            INSERT INTO sync_refusals (sync_id, batch_number, user_name, sqlstate, constraint_name, message)
            SELECT $1, $2, r.user_name, r.sqlstate, nullif(r.constraint_name, ''), r.message
            FROM unnest($3::text[], $4::text[], $5::text[], $6::text[])
                AS r (user_name, sqlstate, constraint_name, message)
            """)
}
