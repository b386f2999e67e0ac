import Postgres
import SyncCore

/// The one statement that applies a batch: the upsert and the ledger row, so that they commit together or not at all.
///
/// Existing rows are looked up first. Only missing ones are inserted and only changed ones updated: a row that stays
/// as it is costs an index look-up, no lock, no WAL and no identity value (a bare `ON CONFLICT` pays all three; the
/// measurement is in docs/decisions). What is missing is inserted without `ON CONFLICT`, which would look it up again and
/// insert it on trial. Should another transaction have created such a row since the look-up, the statement fails as a whole
/// and ``applyAmongOthers`` does its work.
///
/// Users whom the sender presumes to be new are not even looked up. The unique index finds out when it is wrong about one:
/// then the same happens.
///
/// The ledger's primary key is the guard against a message that comes twice: a concurrent double fails with a unique
/// violation, which takes its whole upsert with it. `gate` sees earlier doubles, and batches of an overtaken sync,
/// before any work is done; then nothing is written and no row is returned. The lock on the sync's row makes that exact:
/// a newer sync that overtakes this one waits for the batches under way, and every later one sees that it is overtaken,
/// whatever snapshot its statement has. Writers of the row's counters are not in the way of that lock.
///
/// The plan is the same for an empty table and a large one, which matters because it is cached: the planner is given one way to
/// find rows. It looks a user up in a subquery with a limit, which it cannot join in another order, and finds the rows to update by
/// an array of their ids. How costly the other ways are is in docs/decisions.
///
/// New users are inserted in the order of their names, known ones updated in the order of their ids: two transactions cannot
/// deadlock.
enum UpsertStatement {
    /// Parameters: $1 sync id, $2 batch number, $3 lane, $4 users in the message, then one array per field of ``UserField/all``
    /// of the distinct users that are to be looked up, and the same of those that are presumed to be new.
    static let apply = statement(name: "apply_batch", onConflict: "")

    /// The same, and right also when others insert the same users at this moment. None may be presumed to be new.
    static let applyAmongOthers = statement(
        name: "apply_batch_among_others",
        onConflict: """
            ON CONFLICT (user_name) DO UPDATE SET \(assignments("excluded"))
            WHERE \(supersedes("excluded"))
            """
    )

    private static let firstLookedUp = 5
    private static let firstPresumedNew = firstLookedUp + UserField.all.count

    private static func statement(name: String, onConflict: SQL) -> PostgresStatement {
        PostgresStatement(
            name: name,
            sql: """
                WITH current AS MATERIALIZED (
                    SELECT id FROM sync_logs WHERE id = $1 AND overtaken_by IS NULL FOR KEY SHARE
                ), gate AS MATERIALIZED (
                    SELECT
                    WHERE NOT EXISTS (SELECT FROM sync_batches WHERE sync_id = $1 AND batch_number = $2)
                      -- Of a sync that is not known here, the ledger's foreign key makes an error.
                      AND (EXISTS (SELECT FROM current) OR NOT EXISTS (SELECT FROM sync_logs WHERE id = $1))
                ), incoming AS MATERIALIZED (
                    SELECT i.*, known.row_id, known.differs, known.was_deleted
                    FROM gate
                    CROSS JOIN \(UserField.all.unnested(from: firstLookedUp)) AS i (\(UserField.all.sql))
                    LEFT JOIN LATERAL (
                        SELECT users.id AS row_id, users.deleted AS was_deleted, \(supersedes("i")) AS differs
                        FROM users
                        WHERE users.user_name = i.user_name
                        LIMIT 1
                    ) AS known ON true
                ), presumed_new AS (
                    INSERT INTO users (\(UserField.all.sql), deleted_at, sync_id)
                    SELECT \(UserField.all.sql), CASE WHEN deleted THEN now() END, $1
                    FROM gate
                    CROSS JOIN \(UserField.all.unnested(from: firstPresumedNew)) AS i (\(UserField.all.sql))
                    RETURNING true
                ), inserted AS (
                    INSERT INTO users (\(UserField.all.sql), deleted_at, sync_id)
                    SELECT \(UserField.all.sql), CASE WHEN deleted THEN now() END, $1
                    FROM incoming
                    WHERE row_id IS NULL
                    \(onConflict)
                    RETURNING xmax = 0 AS created
                ), updated AS (
                    UPDATE users SET \(assignments("changed"))
                    FROM (SELECT * FROM incoming WHERE differs) AS changed
                    WHERE users.id = ANY (ARRAY(SELECT row_id FROM incoming WHERE differs))
                      AND users.id = changed.row_id AND \(supersedes("changed"))
                    RETURNING users.deleted AND NOT coalesce(changed.was_deleted, false) AS newly_deleted
                ), counted AS MATERIALIZED (
                    SELECT
                        cardinality(\(parameter: firstLookedUp)) + cardinality(\(parameter: firstPresumedNew)) AS distinct_users,
                        (SELECT count(*) FROM presumed_new) + (SELECT count(*) FROM inserted WHERE created) AS inserted,
                        (SELECT count(*) FROM inserted WHERE NOT created) + (SELECT count(*) FROM updated) AS updated,
                        (SELECT count(*) FROM updated WHERE newly_deleted) AS newly_deleted
                )
                INSERT INTO sync_batches
                    (sync_id, batch_number, lane, users, duplicates, inserted, updated, unchanged, newly_deleted, apply_ms)
                SELECT $1, $2, $3, $4, $4 - distinct_users, inserted, updated, distinct_users - inserted - updated,
                    newly_deleted,
                    (extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000)::integer
                FROM gate CROSS JOIN counted
                RETURNING duplicates::bigint, inserted::bigint, updated::bigint, unchanged::bigint
                """)
    }

    /// Whether a batch is in the ledger: tells a double from an overtaken sync once ``apply`` returned no row.
    static let isApplied = PostgresStatement(
        name: "is_batch_applied",
        sql: "SELECT EXISTS (SELECT FROM sync_batches WHERE sync_id = $1 AND batch_number = $2)"
    )

    /// The newest `createdAt` wins; on a tie the later record does, if it says anything new.
    private static func supersedes(_ new: SQL) -> SQL {
        let version = UserField.createdAt
        return """
            (\(version.sql(of: "users")) < \(version.sql(of: new))
                OR (\(version.sql(of: "users")) = \(version.sql(of: new))
                    AND (\(UserField.contents.sql(of: "users")))
                        IS DISTINCT FROM (\(UserField.contents.sql(of: new)))))
            """
    }

    /// A soft delete keeps the moment at which the row was first seen as deleted.
    private static func assignments(_ new: SQL) -> SQL {
        let fields = SQL.list(UserField.replaceable.map { "\($0.sql) = \($0.sql(of: new))" })
        return """
            \(fields),
                updated_at = now(),
                deleted_at = CASE WHEN \(new).deleted THEN coalesce(users.deleted_at, now()) END,
                sync_id = $1
            """
    }
}
