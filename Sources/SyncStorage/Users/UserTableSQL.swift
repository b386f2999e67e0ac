import Postgres
import SyncCore

/// The statements over the users table as a whole.
enum UserTableSQL {
    /// A row without a name is another program's, and no user of the source.
    static func copy(_ extraFields: ExtraFields) -> SQL {
        """
        COPY (SELECT \(UserRowDecoder.columns(extraFields)) FROM users WHERE user_name IS NOT NULL) TO STDOUT (FORMAT binary)
        """
    }

    /// The rows, and the oldest transaction under way, of the transaction's snapshot.
    static let moment: SQL = """
        SELECT count(*), (SELECT pg_snapshot_xmin(pg_current_snapshot())::xid::text) FROM users
        """

    /// Row versions of others that may be newer than a moment; all rows; rows that the sync has inserted by its ledger.
    /// Parameters: $1 sync id, $2 the moment's oldest transaction.
    ///
    /// `age()` counts transactions back from now. A version so old that its number has come round again looks new,
    /// which only costs a closer look.
    static let touched: SQL = """
        SELECT count(*) FILTER (WHERE age(xmin) <= age($2::text::xid) AND sync_id IS DISTINCT FROM $1), count(*),
            (SELECT coalesce(sum(b.inserted), 0)::bigint FROM sync_batches AS b JOIN sync_logs ON sync_logs.id = b.sync_id
             WHERE b.sync_id = $1 AND \(SyncLogSQL.hasReserved("b.batch_number")))
        FROM users
        """
}
