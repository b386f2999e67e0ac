import Postgres

extension Migration {
    /// The columns that a table of another program may lack, users who were set aside, and what the upsert counts beside them.
    ///
    /// In a table that this service made, the first two statements find nothing to add.
    static let takeover = Migration(
        version: 7,
        name: "columns of tables taken over, sync_refusals, counters of refused, newer and tied users",
        statements: [
            """
            ALTER TABLE users
                ADD COLUMN IF NOT EXISTS legacy_id bigint,
                ADD COLUMN IF NOT EXISTS email text,
                ADD COLUMN IF NOT EXISTS legacy_created_at timestamptz,
                ADD COLUMN IF NOT EXISTS created_at timestamptz NOT NULL DEFAULT now(),
                ADD COLUMN IF NOT EXISTS updated_at timestamptz NOT NULL DEFAULT now(),
                ADD COLUMN IF NOT EXISTS deleted boolean NOT NULL DEFAULT false,
                ADD COLUMN IF NOT EXISTS deleted_at timestamptz
            """,
            """
            ALTER TABLE sync_logs
                ADD COLUMN IF NOT EXISTS started_at timestamptz NOT NULL DEFAULT now(),
                ADD COLUMN IF NOT EXISTS finished_at timestamptz,
                ADD COLUMN IF NOT EXISTS total_processed bigint NOT NULL DEFAULT 0,
                ADD COLUMN IF NOT EXISTS error_message text,
                ADD COLUMN IF NOT EXISTS duration_ms bigint,
                ADD COLUMN refused bigint NOT NULL DEFAULT 0,
                ADD COLUMN ties_lost bigint NOT NULL DEFAULT 0,
                ADD COLUMN newer bigint,
                ADD COLUMN newer_by_minutes integer
            """,
            """
            ALTER TABLE sync_batches
                ADD COLUMN refused integer NOT NULL DEFAULT 0,
                ADD COLUMN ties_lost integer NOT NULL DEFAULT 0,
                ADD CONSTRAINT sync_batches_account_check
                    CHECK (users = duplicates + inserted + updated + unchanged + refused)
            """,
            """
            CREATE TABLE sync_refusals (
                sync_id         bigint NOT NULL REFERENCES sync_logs (id) ON DELETE CASCADE,
                batch_number    bigint NOT NULL,
                user_name       text NOT NULL,
                sqlstate        text NOT NULL,
                constraint_name text,
                message         text NOT NULL,
                created_at      timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (sync_id, batch_number, user_name)
            )
            """,
            "COMMENT ON TABLE sync_refusals IS 'users whom the database refused, one by one: the rest of their batch was applied'",
            "COMMENT ON COLUMN sync_logs.refused IS 'users whom the database refused: see sync_refusals'",
            """
            COMMENT ON COLUMN sync_logs.newer IS
                'of unchanged: users whose row is newer than all that the source says of them; NULL when that is not known'
            """,
            """
            COMMENT ON COLUMN sync_logs.newer_by_minutes IS
                'by how many minutes most of newer are newer, where a time zone explains it; NULL otherwise'
            """,
            """
            COMMENT ON COLUMN sync_logs.ties_lost IS
                'of unchanged: records of late batches that lost a tie to a row of this sync; the next sync settles them'
            """,
        ]
    )
}
