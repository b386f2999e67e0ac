import Postgres
import SyncCore

/// The statements that find and delete the history of old syncs.
enum HistorySQL {
    /// Of a row `old` of `sync_logs`: its history may go. Parameters: $1 days after which history ends, $2 days for which a message can
    /// be in a queue.
    ///
    /// - It has ended, and a newer sync has overtaken it. No redrive completes it and no worker applies a batch of it any more, so nobody
    ///   asks its ledger what was applied.
    /// - It was overtaken before the oldest message of today was sent: a sync that began at that time, or later, has itself ended for
    ///   longer than a message lives. What is said of its batches is of use only while their messages exist.
    /// - No failure was recorded for that time either: a dead letter that was replayed late has a cause that somebody may look for.
    private static let mayGo: SQL = """
        (old.status IN ('COMPLETED', 'FAILED') AND old.overtaken_by IS NOT NULL
          AND coalesce(old.finished_at, old.started_at) < now() - make_interval(days => $1)
          AND old.overtaken_by <= (
            SELECT max(later.id) FROM sync_logs AS later
            WHERE later.status IN ('COMPLETED', 'FAILED')
              AND coalesce(later.finished_at, later.started_at) < now() - make_interval(days => $2))
          AND old.id < (SELECT max(newest.id) FROM sync_logs AS newest)
          AND coalesce(
            (SELECT max(f.failed_at) FROM sync_batch_failures AS f WHERE f.sync_id = old.id), '-infinity'
          ) < now() - make_interval(days => $2))
        """

    /// Whether the sync `old` has any history, as a row. The limit and the order leave the planner one way: a look into the primary key
    /// of each table. It would read a whole table if its statistics called that cheap.
    private static let anything: SQL = """
        LATERAL (
            (SELECT 1 FROM sync_batches AS b WHERE b.sync_id = old.id ORDER BY b.batch_number LIMIT 1)
            UNION ALL
            (SELECT 1 FROM sync_rejects AS r WHERE r.sync_id = old.id ORDER BY r.byte_offset LIMIT 1)
            UNION ALL
            (SELECT 1 FROM sync_batch_failures AS f WHERE f.sync_id = old.id ORDER BY f.batch_number LIMIT 1)
            UNION ALL
            (SELECT 1 FROM sync_refusals AS u WHERE u.sync_id = old.id ORDER BY u.batch_number LIMIT 1)
            UNION ALL
            (SELECT 1 FROM sync_profiles AS p WHERE p.sync_id = old.id ORDER BY p.sync_id LIMIT 1)
            LIMIT 1
        ) AS anything
        """

    /// The next syncs behind $3, at most $4, that have history which may go.
    static let next: SQL = """
        SELECT old.id FROM sync_logs AS old CROSS JOIN \(anything)
        WHERE old.id > $3 AND \(mayGo) ORDER BY old.id LIMIT $4
        """

    /// Whether a sync newer than $1 has begun.
    static let hasNewer: SQL = "SELECT EXISTS (SELECT FROM sync_logs WHERE id > $1) AS has_newer"

    /// Deletes at most $2 rows of the syncs $1. Nobody changes rows of an old sync, so they are found and deleted by their place. The inner
    /// limit makes the planner look each sync up in the primary key, as above.
    static func delete(_ part: HistoryPart) -> SQL {
        let (table, order) = source(of: part)
        return """
            DELETE FROM \(table) WHERE ctid = ANY (ARRAY(
                SELECT found.place FROM unnest($1::bigint[]) AS old (id)
                CROSS JOIN LATERAL (
                    SELECT ctid AS place FROM \(table) WHERE sync_id = old.id ORDER BY \(order) LIMIT $2
                ) AS found
                LIMIT $2))
            """
    }

    /// What may go, counted: one moment's answer. Parameters as for ``mayGo``.
    static let count: SQL = """
        WITH ended AS MATERIALIZED (SELECT old.id FROM sync_logs AS old CROSS JOIN \(anything) WHERE \(mayGo))
        SELECT (SELECT count(*) FROM ended) AS syncs, (SELECT min(id) FROM ended) AS first, (SELECT max(id) FROM ended) AS last,
            \(.list(HistoryPart.allCases.map { "(\(rows($0))) AS \(source(of: $0).name)" }))
        """

    private static func rows(_ part: HistoryPart) -> SQL {
        "SELECT count(*) FROM \(source(of: part).name) WHERE sync_id IN (SELECT id FROM ended)"
    }

    /// The table, and what orders the rows of one sync in its primary key.
    private static func source(of part: HistoryPart) -> (name: SQL, order: SQL) {
        switch part {
        case .batchFailures: ("sync_batch_failures", "batch_number")
        case .refusals: ("sync_refusals", "batch_number, user_name")
        case .rejects: ("sync_rejects", "byte_offset")
        case .profiles: ("sync_profiles", "sync_id")
        case .ledger: ("sync_batches", "batch_number")
        }
    }
}
