import Postgres

/// The statements that write and read the SyncLog.
enum SyncLogSQL {
    /// How long a sync took, in milliseconds: of a row of an earlier service it may be more than its own column holds.
    private static let elapsed: SQL = "least((extract(epoch FROM now() - started_at) * 1000)::bigint, 2147483647)"

    static let failInterrupted: SQL = """
        UPDATE sync_logs
        SET status = 'FAILED', finished_at = now(),
            duration_ms = \(elapsed),
            error_message = 'interrupted: the orchestrator of this sync ended without finishing it; the next sync reads everything again'
        WHERE status IN ('PENDING', 'RUNNING', 'PROCESSING')
        """

    static let insertRunning: SQL = """
        INSERT INTO sync_logs (status, batches_reserved) VALUES ('RUNNING', 0) RETURNING id
        """

    /// Of a row of `sync_logs`: whether its batch of this number may be applied. The number was reserved before it was sent, the sync
    /// is not complete, and no newer one has overtaken it.
    static func acceptsBatch(_ number: SQL) -> SQL {
        """
        sync_logs.overtaken_by IS NULL AND sync_logs.status <> 'COMPLETED' AND \(hasReserved(number))
        """
    }

    /// Of a row of `sync_logs`: whether a batch number is one of its own. The one rule for the worker's statement and for every
    /// reader of the ledger: what else stands there was made up.
    ///
    /// Releases that reserved no numbers left NULL: their sync may use any number until its stream is complete.
    static func hasReserved(_ number: SQL) -> SQL {
        """
        (\(number) BETWEEN 1 AND coalesce(sync_logs.batches_reserved,
            CASE WHEN sync_logs.stream_completed_at IS NULL THEN 9223372036854775807 ELSE sync_logs.batches_sent END))
        """
    }

    static let beginAttempt: SQL = """
        UPDATE sync_logs
        SET stream_attempts = $2, attempt_first_batch = $3, received = 0, rejected = 0, stream_bytes = 0,
            skipped = 0, superseded = 0, missing = NULL, newer = NULL, newer_by_minutes = NULL
        WHERE id = $1 AND status IN ('RUNNING', 'PROCESSING')
        """

    /// Batches up to $2 may be applied from now on. Repeated, it changes nothing.
    static let reserve = PostgresStatement(
        name: "reserve_batches",
        sql: """
            UPDATE sync_logs SET batches_reserved = greatest(batches_reserved, $2)
            WHERE id = $1 AND status IN ('RUNNING', 'PROCESSING')
            """
    )

    /// How far the sync is. Once its stream is complete the counters are final: a write that comes late changes none.
    static let progress = PostgresStatement(
        name: "sync_progress",
        sql: """
            UPDATE sync_logs
            SET status = coalesce($2::text, status),
                received = CASE WHEN stream_completed_at IS NULL THEN $3 ELSE received END,
                rejected = CASE WHEN stream_completed_at IS NULL THEN $4 ELSE rejected END,
                batches_sent = CASE WHEN stream_completed_at IS NULL THEN $5 ELSE batches_sent END,
                stream_bytes = CASE WHEN stream_completed_at IS NULL THEN $6 ELSE stream_bytes END
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
            SELECT count(b.batch_number) FILTER (WHERE \(hasReserved("b.batch_number"))) AS batches,
                coalesce(sum(b.users) FILTER (WHERE \(hasReserved("b.batch_number"))), 0)::bigint AS users,
                count(b.batch_number) FILTER (WHERE NOT \(hasReserved("b.batch_number"))) AS foreign_batches,
                coalesce(sum(b.refused) FILTER (
                    WHERE \(hasReserved("b.batch_number")) AND b.batch_number >= sync_logs.attempt_first_batch
                ), 0)::bigint AS refused,
                (SELECT count(*) FROM sync_batch_failures AS f
                 WHERE f.sync_id = $1 AND f.is_final AND \(hasReserved("f.batch_number"))
                   AND NOT EXISTS (SELECT FROM sync_batches AS d WHERE d.sync_id = $1 AND d.batch_number = f.batch_number)
                ) AS dead
            FROM sync_logs LEFT JOIN sync_batches AS b ON b.sync_id = sync_logs.id
            WHERE sync_logs.id = $1
            GROUP BY sync_logs.id, sync_logs.batches_reserved, sync_logs.batches_sent, sync_logs.stream_completed_at,
                sync_logs.attempt_first_batch
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

    /// The stream was read to its end, and the queue has taken every batch, 1 to $4 with $6 users: from here on the ledger alone
    /// decides. Numbers that were reserved and not sent are given up.
    static let streamCompleted: SQL = """
        UPDATE sync_logs
        SET status = 'PROCESSING', stream_completed_at = now(),
            received = $2, rejected = $3, batches_sent = $4, stream_bytes = $5, users_sent = $6,
            batches_reserved = $4
        WHERE id = $1 AND status IN ('RUNNING', 'PROCESSING')
        """

    /// Ends a sync as FAILED.
    static let fail: SQL = """
        UPDATE sync_logs
        SET status = 'FAILED', error_message = $2,
            received = $3, rejected = $4, batches_sent = $5, stream_bytes = $6, lacks_batches = $7,
            \(endAssignments)
        FROM (\(ledgerSums)) AS ledger
        WHERE sync_logs.id = $1 AND status IN ('RUNNING', 'PROCESSING')
        """

    /// Waits for batches of sync $1 that are being applied, and lets none begin before the end of this transaction.
    static let holdBatches: SQL = "SELECT status::text AS status FROM sync_logs WHERE id = $1 FOR UPDATE"

    /// The one statement that makes a sync COMPLETED: at its own end, or later, when a redrive brought what it lacked. To be used
    /// after ``holdBatches``, in its transaction.
    static let complete: SQL = """
        UPDATE sync_logs
        SET status = 'COMPLETED', error_message = NULL, lacks_batches = false,
            \(endAssignments)
        FROM (\(exactSums)) AS ledger
        WHERE sync_logs.id = $1 AND \(mayComplete)
        """

    /// Whether ``complete`` would complete sync $1 now.
    static let isComplete: SQL = """
        SELECT FROM sync_logs, (\(ledgerSums)) AS ledger WHERE sync_logs.id = $1 AND \(mayComplete)
        """

    /// Of a row of `sync_logs` and its `ledger`: the ledger holds exactly what was sent, the numbers 1 to `batches_sent` with all their
    /// users, and the verdict on the stream allows it.
    private static let mayComplete: SQL = """
        ((sync_logs.status IN ('RUNNING', 'PROCESSING') OR \(awaitsBatches))
          AND sync_logs.stream_completed_at IS NOT NULL AND \(verdictAllows)
          AND ledger.batches = sync_logs.batches_sent AND ledger.foreign_batches = 0
          AND ledger.users_applied = coalesce(sync_logs.users_sent, ledger.users_applied)
          -- `TooManyRefusals.isReached`.
          AND NOT (ledger.refused > 10 AND ledger.refused * 10 > sync_logs.received))
        """

    /// Those of the syncs $1 that become COMPLETED once their batches are in the ledger.
    static let awaitingBatches: SQL = "SELECT id FROM sync_logs WHERE id = ANY ($1) AND \(awaitsBatches)"

    /// Those of the syncs $1 that are COMPLETED.
    static let completed: SQL = "SELECT id FROM sync_logs WHERE id = ANY ($1) AND status = 'COMPLETED'"

    /// The newest sync, when it becomes COMPLETED once its batches are in the ledger.
    static let newestAwaitingBatches: SQL = """
        SELECT id FROM sync_logs WHERE id = (SELECT max(id) FROM sync_logs) AND \(awaitsBatches)
        """

    /// Of a row of `sync_logs`: it ended FAILED because batches were missing and for no other reason, nobody was to be marked as
    /// deleted, and no newer sync has overtaken it, since its batches would be dropped then.
    private static let awaitsBatches: SQL = """
        (sync_logs.status = 'FAILED' AND sync_logs.stream_completed_at IS NOT NULL AND sync_logs.lacks_batches
          AND sync_logs.overtaken_by IS NULL AND \(verdictAllows))
        """

    /// Of a row of `sync_logs`: what its complete stream said does not stand in the way of COMPLETED.
    private static let verdictAllows: SQL = """
        (sync_logs.verdict = 'complete' OR (sync_logs.verdict = 'mark' AND sync_logs.missing_marked_at IS NOT NULL))
        """

    /// What the end of a sync takes from the clock and from the ledger.
    private static let endAssignments: SQL = """
        finished_at = now(),
            duration_ms = \(elapsed),
            total_processed = ledger.users + skipped + superseded, duplicates = ledger.duplicates + superseded,
            inserted = ledger.inserted, updated = ledger.updated, newly_deleted = ledger.newly_deleted,
            refused = ledger.refused, ties_lost = ledger.ties_lost,
            unchanged = skipped
                + greatest(0, ledger.users - ledger.duplicates - ledger.inserted - ledger.updated - ledger.refused),
            batches_applied = ledger.batches
        """

    /// Sums up the ledger of sync $1. Rows written by any attempt count as written; of the users, only those of the latest
    /// attempt count as received, so what an earlier attempt already wrote is taken out of "unchanged" again.
    private static let ledgerSums: SQL = """
        SELECT count(*) FILTER (WHERE own) AS batches,
                count(*) FILTER (WHERE NOT own) AS foreign_batches,
                coalesce(sum(users) FILTER (WHERE own), 0) AS users_applied,
                coalesce(sum(users) FILTER (WHERE own AND is_latest), 0) AS users,
                coalesce(sum(duplicates) FILTER (WHERE own AND is_latest), 0) AS duplicates,
                coalesce(sum(inserted) FILTER (WHERE own), 0) AS inserted,
                coalesce(sum(updated) FILTER (WHERE own), 0) AS updated,
                coalesce(sum(newly_deleted) FILTER (WHERE own), 0) AS newly_deleted,
                coalesce(sum(refused) FILTER (WHERE own AND is_latest), 0) AS refused,
                coalesce(sum(ties_lost) FILTER (WHERE own AND is_latest), 0) AS ties_lost
            FROM (
                SELECT b.*, \(hasReserved("b.batch_number")) AS own,
                    b.batch_number >= sync_logs.attempt_first_batch AS is_latest
                FROM sync_batches AS b JOIN sync_logs ON sync_logs.id = b.sync_id
                WHERE b.sync_id = $1
            ) AS applied
        """

    /// The sums of a complete stream: no more written than users that it holds. A row that several attempts wrote, since another program
    /// changed it meanwhile or a tie was settled again, is one user of the stream.
    private static let exactSums: SQL = """
        SELECT batches, foreign_batches, users_applied, users, duplicates, refused, ties_lost, inserted,
                least(updated, room - inserted) AS updated, least(newly_deleted, updated, room - inserted) AS newly_deleted
            FROM (
                SELECT batches, foreign_batches, users_applied, users, duplicates, refused, ties_lost, updated,
                    newly_deleted, room, least(inserted, room) AS inserted
                FROM (SELECT *, greatest(0, users - duplicates - refused) AS room FROM (\(ledgerSums)) AS sums) AS roomy
            ) AS bounded
        """

    /// What a sync under way has done so far, for those who watch it.
    static let liveLedger = PostgresStatement(
        name: "live_ledger",
        sql: """
            SELECT count(*) AS batches, coalesce(sum(duplicates), 0)::bigint AS duplicates,
                coalesce(sum(inserted), 0)::bigint AS inserted, coalesce(sum(updated), 0)::bigint AS updated,
                coalesce(sum(unchanged), 0)::bigint AS unchanged, coalesce(sum(users), 0)::bigint AS users,
                coalesce(sum(newly_deleted), 0)::bigint AS newly_deleted,
                coalesce(sum(refused), 0)::bigint AS refused, coalesce(sum(ties_lost), 0)::bigint AS ties_lost
            FROM (
                SELECT b.* FROM sync_batches AS b JOIN sync_logs ON sync_logs.id = b.sync_id
                WHERE b.sync_id = $1 AND \(hasReserved("b.batch_number"))
            ) AS applied
            """
    )

    /// Marks a sync FAILED on an operator's word.
    static let reset: SQL = """
        UPDATE sync_logs
        SET status = 'FAILED', finished_at = now(),
            duration_ms = \(elapsed),
            error_message = 'reset by an operator'
        WHERE status IN ('PENDING', 'RUNNING', 'PROCESSING')
        RETURNING id
        """

    static let columns: SQL = """
        id, status::text AS status, started_at, finished_at, duration_ms, total_processed, error_message,
        received, rejected, duplicates, inserted, updated, unchanged,
        batches_sent, batches_applied, stream_attempts, stream_bytes,
        skipped, superseded, newly_deleted, missing, missing_deleted, refused, ties_lost, newer, newer_by_minutes, source_changes
        """
}
