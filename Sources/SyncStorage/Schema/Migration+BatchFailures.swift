import Postgres

extension Migration {
    /// What could not be applied and why, and whether a sync's stream had been read to its end.
    ///
    /// A row is no verdict: a batch that is applied later is in the ledger, and the ledger wins.
    static let batchFailures = Migration(
        version: 2,
        name: "sync_batch_failures",
        statements: [
            """
            CREATE TABLE sync_batch_failures (
                sync_id       bigint NOT NULL REFERENCES sync_logs (id) ON DELETE CASCADE,
                batch_number  bigint NOT NULL,
                lane          integer NOT NULL,
                receive_count integer NOT NULL,
                is_final      boolean NOT NULL,
                cause         text NOT NULL,
                failed_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
                PRIMARY KEY (sync_id, batch_number)
            )
            """,
            """
            COMMENT ON COLUMN sync_batch_failures.is_final IS
                'the queue does not hand the batch out again: it is in the dead-letter queue, or on its way there'
            """,
            "ALTER TABLE sync_logs ADD COLUMN stream_completed_at timestamptz",
        ]
    )
}
