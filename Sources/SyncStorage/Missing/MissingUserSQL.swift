import Postgres
import SyncCore

/// The statements over `sync_missing`, and over the users that are named there.
enum MissingUserSQL {
    /// What is stored of the verdict of sync $1, and the sync before it whose stream was complete.
    static let stored: SQL = """
        SELECT verdict, verdict_reason, coalesce(missing_to_mark, 0) AS missing_to_mark,
            status IN ('RUNNING', 'PROCESSING') AS is_under_way,
            coalesce((
                SELECT max(id) FROM sync_logs
                WHERE id < $1 AND (verdict IS NOT NULL OR stream_completed_at IS NOT NULL OR status = 'COMPLETED')
            ), 0) AS previous
        FROM sync_logs WHERE id = $1
        """

    /// Those who are remembered from sync $1, behind the name $2.
    static let remembered: SQL = """
        SELECT user_name FROM sync_missing WHERE sync_id = $1 AND user_name > $2 ORDER BY user_name LIMIT 1000
        """

    /// Remembers the users $2 for sync $1; those whom sync $3 missed too are missed again.
    static let remember: SQL = """
        INSERT INTO sync_missing (sync_id, user_name, again)
        SELECT $1, missed.user_name, EXISTS (
            SELECT FROM sync_missing AS before WHERE before.sync_id = $3 AND before.user_name = missed.user_name)
        FROM unnest($2::text[]) AS missed (user_name)
        """

    /// Remembers the users $2 for sync $1, which does not count as having missed them.
    static let carryOver: SQL = """
        INSERT INTO sync_missing (sync_id, user_name, again)
        SELECT $1, carried.user_name, false FROM unnest($2::text[]) AS carried (user_name)
        """

    static let forgetOthers: SQL = "DELETE FROM sync_missing WHERE sync_id <> $1"

    /// How many users sync $1 missed that were missed before.
    static let countAgain: SQL = "SELECT count(*) AS users FROM sync_missing WHERE sync_id = $1 AND again"

    static let storeVerdict: SQL = """
        UPDATE sync_logs
        SET verdict = $2, verdict_reason = $3, missing_to_mark = $4, live_users = $5, damaged_records = $6,
            missing_policy = $7, missing_max_percent = $8, missing = $9, skipped = $10, superseded = $11,
            newer = $12, newer_by_minutes = $13
        WHERE id = $1 AND status IN ('RUNNING', 'PROCESSING')
        """

    /// The rows of those who were missed again. The table holds the names of one sync only, the one under way.
    static func copyMissedAgain(_ extraFields: ExtraFields) -> SQL {
        """
        COPY (
            SELECT \(UserRowDecoder.columns(extraFields)) FROM users
            WHERE EXISTS (SELECT FROM sync_missing WHERE sync_missing.again AND sync_missing.user_name = users.user_name)
        ) TO STDOUT (FORMAT binary)
        """
    }

    /// Parameters: $1 sync id, $2 user names.
    static let softDelete: SQL = """
        UPDATE users SET deleted = true, deleted_at = now(), updated_at = now(), sync_id = $1
        WHERE user_name = ANY ($2::text[]) AND deleted IS NOT TRUE
        """

    /// Parameters: $1 sync id, $2 users marked.
    static let noteMarked: SQL = """
        UPDATE sync_logs SET missing_deleted = missing_deleted + $2, missing_marked_at = now()
        WHERE id = $1 AND status IN ('RUNNING', 'PROCESSING')
        """
}
