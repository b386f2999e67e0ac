import Postgres

/// The statements over `sync_batch_failures`.
enum BatchFailureSQL {
    /// Parameters: $1 sync id, $2 batch number, $3 lane, $4 receive count, $5 is final, $6 cause. A batch of a sync that this
    /// database does not know leaves no row.
    static let record = PostgresStatement(
        name: "record_batch_failure",
        sql: """
            INSERT INTO sync_batch_failures (sync_id, batch_number, lane, receive_count, is_final, cause)
            SELECT $1, $2, $3, $4, $5, $6
            WHERE EXISTS (SELECT FROM sync_logs WHERE id = $1)
            ON CONFLICT (sync_id, batch_number) DO UPDATE
            SET receive_count = excluded.receive_count, is_final = excluded.is_final, cause = excluded.cause,
                failed_at = excluded.failed_at
            """
    )

    /// A batch was seen in the dead-letter queue: final, with the cause that is on record already, if any.
    static let recordDead = PostgresStatement(
        name: "record_batch_dead",
        sql: """
            INSERT INTO sync_batch_failures (sync_id, batch_number, lane, receive_count, is_final, cause)
            SELECT $1, $2, $3, $4, true, $5
            WHERE EXISTS (SELECT FROM sync_logs WHERE id = $1)
            ON CONFLICT (sync_id, batch_number) DO UPDATE SET is_final = true
            """
    )

    /// The failures of a sync whose batches are not in the ledger.
    static let outstanding: SQL = """
        SELECT batch_number, lane, receive_count, is_final, cause FROM sync_batch_failures AS f
        WHERE f.sync_id = $1
          AND NOT EXISTS (SELECT FROM sync_batches AS b WHERE b.sync_id = f.sync_id AND b.batch_number = f.batch_number)
        ORDER BY batch_number
        """

    /// Deletes the record of a failure: the batch goes back into the queue.
    static let delete: SQL = "DELETE FROM sync_batch_failures WHERE sync_id = $1 AND batch_number = $2"
}
