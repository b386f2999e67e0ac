import Postgres

extension Migration {
    /// Which sync wrote a row last, which syncs are overtaken, and what a sync changed or left alone.
    static let provenance = Migration(
        version: 4,
        name: "users.sync_id, sync_logs.overtaken_by, counters of what changed",
        statements: [
            "ALTER TABLE users ADD COLUMN IF NOT EXISTS sync_id bigint",
            "COMMENT ON COLUMN users.sync_id IS 'the sync that wrote the row last; NULL for one that no sync has written'",
            """
            ALTER TABLE sync_logs
                ADD COLUMN overtaken_by    bigint,
                ADD COLUMN skipped         bigint NOT NULL DEFAULT 0,
                ADD COLUMN superseded      bigint NOT NULL DEFAULT 0,
                ADD COLUMN newly_deleted   bigint NOT NULL DEFAULT 0,
                ADD COLUMN missing         bigint,
                ADD COLUMN missing_deleted bigint NOT NULL DEFAULT 0
            """,
            "ALTER TABLE sync_batches ADD COLUMN newly_deleted integer NOT NULL DEFAULT 0",
            """
            COMMENT ON COLUMN sync_logs.overtaken_by IS
                'the newer sync that has begun to read the source: batches of this one are dropped from then on'
            """,
            "COMMENT ON COLUMN sync_logs.skipped IS 'of unchanged: records that were not sent, since the table held them'",
            """
            COMMENT ON COLUMN sync_logs.superseded IS
                'of duplicates: records that were not sent, since a later one of the same user came'
            """,
            "COMMENT ON COLUMN sync_logs.newly_deleted IS 'of updated: users that the source has marked as deleted since'",
            "COMMENT ON COLUMN sync_logs.missing IS 'live users that the source no longer names; NULL when that is not known'",
            "COMMENT ON COLUMN sync_logs.missing_deleted IS 'of missing: users that were marked as deleted for it'",
            """
            UPDATE sync_logs SET overtaken_by = (
                SELECT min(newer.id) FROM sync_logs AS newer WHERE newer.id > sync_logs.id AND newer.batches_sent > 0)
            """,
        ]
    )
}
