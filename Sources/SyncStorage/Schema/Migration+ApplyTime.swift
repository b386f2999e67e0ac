import Postgres

extension Migration {
    /// How long each batch took to apply, so that the queue's visibility timeout can be judged by what was measured.
    static let applyTime = Migration(
        version: 3,
        name: "sync_batches.apply_ms",
        statements: [
            "ALTER TABLE sync_batches ADD COLUMN IF NOT EXISTS apply_ms integer",
            """
            COMMENT ON COLUMN sync_batches.apply_ms IS
                'milliseconds the batch took in the database, waiting for locks included; null in rows of earlier versions'
            """,
        ]
    )
}
