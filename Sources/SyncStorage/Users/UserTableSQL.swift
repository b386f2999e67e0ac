import Postgres

/// The statements over the users table as a whole.
enum UserTableSQL {
    static let copy: SQL = "COPY (SELECT \(UserRowDecoder.columns) FROM users) TO STDOUT (FORMAT binary)"

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
            (SELECT coalesce(sum(inserted), 0)::bigint FROM sync_batches WHERE sync_id = $1)
        FROM users
        """

    /// Parameters: $1 sync id, $2 user names.
    static let softDelete: SQL = """
        UPDATE users SET deleted = true, deleted_at = now(), updated_at = now(), sync_id = $1
        WHERE user_name = ANY ($2::text[]) AND NOT deleted
        """

    /// Parameters: $1 sync id, $2 users marked.
    static let noteMissingDeleted: SQL = """
        UPDATE sync_logs SET missing_deleted = missing_deleted + $2
        WHERE id = $1 AND status IN ('RUNNING', 'PROCESSING')
        """
}
