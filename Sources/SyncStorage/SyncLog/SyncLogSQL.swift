import Postgres

/// The statements that write and read the SyncLog.
enum SyncLogSQL {
    static let failInterrupted: SQL = """
        UPDATE sync_logs
        SET status = 'FAILED', finished_at = now(),
            duration_ms = (extract(epoch FROM now() - started_at) * 1000)::bigint,
            error_message = 'interrupted: the orchestrator of this sync ended without finishing it; the next sync reads everything again'
        WHERE status IN ('PENDING', 'RUNNING', 'PROCESSING')
        """

    static let insertRunning: SQL = "INSERT INTO sync_logs (status) VALUES ('RUNNING') RETURNING id"

    static let beginAttempt: SQL = """
        UPDATE sync_logs
        SET stream_attempts = $2, attempt_first_batch = $3, received = 0, rejected = 0, stream_bytes = 0,
            skipped = 0, superseded = 0, missing = NULL
        WHERE id = $1 AND status IN ('RUNNING', 'PROCESSING')
        """

    static let progress = PostgresStatement(
        name: "sync_progress",
        sql: """
            UPDATE sync_logs
            SET status = coalesce($2::text, status), received = $3, rejected = $4, batches_sent = $5, stream_bytes = $6
            WHERE id = $1 AND status IN ('RUNNING', 'PROCESSING')
            """
    )

    static let insertRejects = PostgresStatement(
        name: "insert_rejects",
        sql: """
            INSERT INTO sync_rejects (sync_id, byte_offset, reason, excerpt)
            SELECT $1, r.byte_offset, r.reason, r.excerpt
            FROM unnest($2::bigint[], $3::text[], $4::text[]) AS r (byte_offset, reason, excerpt)
            ON CONFLICT DO NOTHING
            """
    )

    static let ledgerProgress = PostgresStatement(
        name: "ledger_progress",
        sql: """
            SELECT count(*), coalesce(sum(users), 0)::bigint,
                (SELECT count(*) FROM sync_batch_failures AS f
                 WHERE f.sync_id = $1 AND f.is_final
                   AND NOT EXISTS (SELECT FROM sync_batches AS b WHERE b.sync_id = $1 AND b.batch_number = f.batch_number))
            FROM sync_batches WHERE sync_id = $1
            """
    )

    /// Batches of the syncs before $1 are dropped from now on.
    static let overtake: SQL = "UPDATE sync_logs SET overtaken_by = $1 WHERE id < $1 AND overtaken_by IS NULL"

    /// Waits for the batches under way of the syncs before $1: ``UpsertStatement`` holds a lock on its sync's row while it
    /// works. What an earlier sync overtook and completed after, it has waited for itself.
    static let awaitOvertaken: SQL = """
        SELECT id FROM sync_logs
        WHERE id < $1
          AND overtaken_by > coalesce((SELECT max(id) FROM sync_logs WHERE id < $1 AND status = 'COMPLETED'), 0)
        ORDER BY id FOR UPDATE
        """

    /// What the sync found out by comparing the stream with the table.
    static let comparison: SQL = """
        UPDATE sync_logs SET skipped = $2, superseded = $3, missing = $4
        WHERE id = $1 AND status IN ('RUNNING', 'PROCESSING')
        """

    /// The stream was read to its end, and the queue has taken every batch: from here on the ledger alone decides.
    static let streamCompleted: SQL = """
        UPDATE sync_logs
        SET status = 'PROCESSING', stream_completed_at = now(),
            received = $2, rejected = $3, batches_sent = $4, stream_bytes = $5
        WHERE id = $1 AND status IN ('RUNNING', 'PROCESSING')
        """

    static let finish: SQL = """
        UPDATE sync_logs
        SET status = $2, error_message = $3,
            received = $4, rejected = $5, batches_sent = $6, stream_bytes = $7, lacks_batches = $8,
            \(endAssignments)
        FROM (\(ledgerSums)) AS ledger
        WHERE sync_logs.id = $1 AND status IN ('RUNNING', 'PROCESSING')
        """

    /// A sync that failed only for want of some batches is completed once they are in the ledger.
    static let settle: SQL = """
        UPDATE sync_logs
        SET status = 'COMPLETED', error_message = NULL, lacks_batches = false,
            \(endAssignments)
        FROM (\(ledgerSums)) AS ledger
        WHERE sync_logs.id = $1 AND ledger.batches >= batches_sent AND \(awaitsBatches)
        """

    /// Those of the syncs $1 that become COMPLETED once their batches are in the ledger.
    static let awaitingBatches: SQL = "SELECT id FROM sync_logs WHERE id = ANY ($1) AND \(awaitsBatches)"

    /// Those of the syncs $1 that are COMPLETED.
    static let completed: SQL = "SELECT id FROM sync_logs WHERE id = ANY ($1) AND status = 'COMPLETED'"

    /// The newest sync, when it becomes COMPLETED once its batches are in the ledger.
    static let newestAwaitingBatches: SQL = """
        SELECT id FROM sync_logs WHERE id = (SELECT max(id) FROM sync_logs) AND \(awaitsBatches)
        """

    /// Of a row of `sync_logs`: it ended FAILED for want of batches and for nothing else, and no newer sync has overtaken it,
    /// since its batches would be dropped then.
    private static let awaitsBatches: SQL = """
        sync_logs.status = 'FAILED' AND sync_logs.stream_completed_at IS NOT NULL AND sync_logs.lacks_batches
          AND sync_logs.overtaken_by IS NULL
        """

    /// What the end of a sync takes from the clock and from the ledger.
    private static let endAssignments: SQL = """
        finished_at = now(),
            duration_ms = (extract(epoch FROM now() - started_at) * 1000)::bigint,
            total_processed = ledger.users + skipped + superseded, duplicates = ledger.duplicates + superseded,
            inserted = ledger.inserted, updated = ledger.updated, newly_deleted = ledger.newly_deleted,
            unchanged = skipped + greatest(0, ledger.users - ledger.duplicates - ledger.inserted - ledger.updated),
            batches_applied = ledger.batches
        """

    /// Sums up the ledger of sync $1. Rows written by any attempt count as written; of the users, only those of the latest
    /// attempt count as received, so what an earlier attempt already wrote is taken out of "unchanged" again.
    private static let ledgerSums: SQL = """
        SELECT count(*) AS batches,
                coalesce(sum(b.users) FILTER (WHERE b.batch_number >= l.attempt_first_batch), 0) AS users,
                coalesce(sum(b.duplicates) FILTER (WHERE b.batch_number >= l.attempt_first_batch), 0) AS duplicates,
                coalesce(sum(b.inserted), 0) AS inserted,
                coalesce(sum(b.updated), 0) AS updated,
                coalesce(sum(b.newly_deleted), 0) AS newly_deleted
            FROM sync_batches AS b JOIN sync_logs AS l ON l.id = b.sync_id
            WHERE b.sync_id = $1
        """

    /// What a sync under way has done so far, for those who watch it.
    static let liveLedger = PostgresStatement(
        name: "live_ledger",
        sql: """
            SELECT count(*), coalesce(sum(duplicates), 0)::bigint, coalesce(sum(inserted), 0)::bigint,
                coalesce(sum(updated), 0)::bigint, coalesce(sum(unchanged), 0)::bigint, coalesce(sum(users), 0)::bigint,
                coalesce(sum(newly_deleted), 0)::bigint
            FROM sync_batches WHERE sync_id = $1
            """
    )

    /// Marks a sync FAILED on an operator's word.
    static let reset: SQL = """
        UPDATE sync_logs
        SET status = 'FAILED', finished_at = now(),
            duration_ms = (extract(epoch FROM now() - started_at) * 1000)::bigint,
            error_message = 'reset by an operator'
        WHERE status IN ('PENDING', 'RUNNING', 'PROCESSING')
        RETURNING id
        """

    static let columns: SQL = """
        id, status::text, started_at, finished_at, duration_ms, total_processed, error_message,
        received, rejected, duplicates, inserted, updated, unchanged,
        batches_sent, batches_applied, stream_attempts::bigint, stream_bytes,
        skipped, superseded, newly_deleted, missing, missing_deleted
        """
}
