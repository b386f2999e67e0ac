import Postgres

extension Migration {
    /// Whether a sync failed for want of batches and for nothing else: only such a one is completed by batches that come later.
    static let lackOfBatches = Migration(
        version: 5,
        name: "sync_logs.lacks_batches",
        statements: [
            "ALTER TABLE sync_logs ADD COLUMN lacks_batches boolean NOT NULL DEFAULT false"
        ]
    )
}
