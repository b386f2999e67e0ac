import Postgres

extension Migration {
    /// What a sync may apply, what it sent, and what it found out about its source before its batches were applied.
    ///
    /// `batches_reserved` is NULL in rows of releases that did not reserve numbers: those take any number until they complete.
    static let exactCompletion = Migration(
        version: 6,
        name: "sync_logs: reserved batch numbers, users sent, verdict; sync_missing",
        statements: [
            """
            ALTER TABLE sync_logs
                ADD COLUMN batches_reserved    bigint,
                ADD COLUMN users_sent          bigint,
                ADD COLUMN verdict             text CHECK (verdict IN ('complete', 'mark', 'refuse')),
                ADD COLUMN verdict_reason      text,
                ADD COLUMN live_users          bigint,
                ADD COLUMN damaged_records     bigint,
                ADD COLUMN missing_policy      text,
                ADD COLUMN missing_max_percent integer,
                ADD COLUMN missing_to_mark     bigint,
                ADD COLUMN missing_marked_at   timestamptz
            """,
            """
            COMMENT ON COLUMN sync_logs.batches_reserved IS
                'highest batch number that may be applied: reserved before it is sent; NULL in rows of earlier versions'
            """,
            "COMMENT ON COLUMN sync_logs.users_sent IS 'users in the batches 1 to batches_sent'",
            """
            COMMENT ON COLUMN sync_logs.verdict IS
                'what the complete stream said: complete once all batches are applied; mark missing users first; refuse to complete'
            """,
            "COMMENT ON COLUMN sync_logs.verdict_reason IS 'of refuse: why, and what to do'",
            "COMMENT ON COLUMN sync_logs.missing_to_mark IS 'of missing: users that the complete stream before did not name either'",
            // The numbers of a sync have always been 1, 2, 3, … without a gap.
            """
            UPDATE sync_logs SET batches_reserved = batches_sent
            WHERE stream_completed_at IS NOT NULL OR status = 'COMPLETED'
            """,
            // Nobody was missing, so that nobody was to be marked, whatever the settings were.
            "UPDATE sync_logs SET verdict = 'complete' WHERE stream_completed_at IS NOT NULL AND missing = 0",
            """
            CREATE TABLE sync_missing (
                sync_id   bigint NOT NULL REFERENCES sync_logs (id) ON DELETE CASCADE,
                user_name text NOT NULL,
                again     boolean NOT NULL,
                PRIMARY KEY (sync_id, user_name)
            )
            """,
            """
            COMMENT ON TABLE sync_missing IS
                'live users that the newest complete stream did not name; only those of the newest sync are kept'
            """,
            "COMMENT ON COLUMN sync_missing.again IS 'the complete stream before did not name the user either'",
        ]
    )
}
