import Postgres

extension Migration {
    /// The list of the extra fields, which says what a message may write beside the five fields of every user.
    static let extraFields = Migration(
        version: 9,
        name: "sync_fields",
        statements: [
            """
            CREATE TABLE IF NOT EXISTS sync_fields (
                column_name text PRIMARY KEY,
                json_key    text NOT NULL,
                type        text NOT NULL,
                place       integer,
                recorded_at timestamptz NOT NULL DEFAULT now()
            )
            """,
            "COMMENT ON TABLE sync_fields IS 'columns of users that SYNC_EXTRA_FIELDS names; written by orchestrator migrate'",
            """
            COMMENT ON COLUMN sync_fields.place IS
                'the place in SYNC_EXTRA_FIELDS, from 1; NULL: no longer there, and the column of users stays as it is'
            """,
        ]
    )
}
