import Postgres

/// The statements that keep and read what streams were made of.
enum ProfileSQL {
    /// Keeps the profile of sync $1. Repeated, it changes nothing.
    static let insert: SQL = """
        INSERT INTO sync_profiles (sync_id, profile, changes, compared_syncs)
        VALUES ($1, $2::text::json, $3::text::json, $4)
        ON CONFLICT (sync_id) DO UPDATE
        SET profile = excluded.profile, changes = excluded.changes, compared_syncs = excluded.compared_syncs
        """

    static let noteChanges: SQL = """
        UPDATE sync_logs SET source_changes = $2 WHERE id = $1 AND status IN ('RUNNING', 'PROCESSING')
        """

    /// Profiles of the last completed syncs before $1, at most $2.
    static let completed: SQL = """
        SELECT p.profile::text AS profile
        FROM sync_profiles AS p JOIN sync_logs AS l ON l.id = p.sync_id
        WHERE p.sync_id < $1 AND l.status = 'COMPLETED' ORDER BY p.sync_id DESC LIMIT $2
        """

    /// The newest profile, or that of sync $1, with what its SyncLog row adds.
    static let find: SQL = """
        SELECT p.sync_id, l.status::text AS status, l.started_at, l.duplicates, l.finished_at IS NOT NULL AS has_ended,
            p.profile::text AS profile, p.changes::text AS changes, p.compared_syncs
        FROM sync_profiles AS p JOIN sync_logs AS l ON l.id = p.sync_id
        WHERE p.sync_id = $1 OR $1 IS NULL ORDER BY p.sync_id DESC LIMIT 1
        """
}
