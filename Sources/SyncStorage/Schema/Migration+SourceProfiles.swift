import Postgres

extension Migration {
    /// What each complete stream was made of, and what had changed in it.
    ///
    /// `json`, not `jsonb`: it keeps the escapes that carry names of fields through a database of any encoding.
    static let sourceProfiles = Migration(
        version: 10,
        name: "sync_profiles, sync_logs.source_changes",
        statements: [
            """
            CREATE TABLE IF NOT EXISTS sync_profiles (
                sync_id        bigint PRIMARY KEY REFERENCES sync_logs (id) ON DELETE CASCADE,
                profile        json NOT NULL,
                changes        json NOT NULL,
                compared_syncs integer NOT NULL,
                created_at     timestamptz NOT NULL DEFAULT now()
            )
            """,
            "COMMENT ON TABLE sync_profiles IS 'what the complete stream of a sync was made of: counts and names of fields, no value'",
            "COMMENT ON COLUMN sync_profiles.compared_syncs IS 'completed syncs that said what is usual'",
            "ALTER TABLE sync_logs ADD COLUMN IF NOT EXISTS source_changes text",
            """
            COMMENT ON COLUMN sync_logs.source_changes IS
                'what had changed in the source, in words; NULL when nothing had, or when that is not known'
            """,
        ]
    )
}
