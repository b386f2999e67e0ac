import Postgres
import SyncCore

/// The one statement that applies a batch: the upsert and the ledger row, so that they commit together or not at all.
///
/// Existing rows are looked up first. Only missing ones are inserted and only changed ones updated: a row that stays
/// as it is costs an index look-up, no lock, no WAL and no identity value (`ON CONFLICT` pays all three; the
/// measurement is in docs/decisions). Users whom the sender presumes to be new are not even looked up. Should a user be there after
/// all, since the hint was wrong or another transaction was faster, the unique index refuses the whole statement. It is run again,
/// and then finds the user.
///
/// The ledger's primary key is the guard against a message that comes twice: a concurrent double fails with a unique
/// violation, which takes its whole upsert with it. `gate` sees earlier doubles, batches of an overtaken or completed
/// sync, and numbers that nobody reserved, before any work is done; then nothing is written and no row is returned. The
/// lock on the sync's row makes that exact:
/// a newer sync that overtakes this one waits for the batches under way, and every later one sees that it is overtaken,
/// whatever snapshot its statement has. Writers of the row's counters are not in the way of that lock.
///
/// Each user is counted by what was found, not by what is left over: inserted, updated, or unchanged. The ledger's CHECK
/// `sync_batches_account_check` demands that these and the duplicates sum up to the users of the message. So a row that a trigger
/// swallows or writes under another name, or that another transaction changed in this moment, refuses the statement. It never passes for
/// unchanged. (A row under another name would be nobody's: the source does not name it, so a later sync would mark it as deleted.)
///
/// The plan is the same for an empty table and a large one, which matters because it is cached: the planner is given one way to
/// find rows. It looks a user up in a subquery with a limit, which it cannot join in another order, and finds the rows to update by
/// an array of their ids. How costly the other ways are is in docs/decisions.
///
/// New users are inserted in the order of their names, known ones updated in the order of their ids: two transactions cannot
/// deadlock.
///
/// There is one such statement for each list of extra fields; what all share is static.
struct UpsertStatement: Sendable {
    /// The fields that it writes, in the order of its parameters.
    let fields: [UserField]
    /// Parameters: $1 sync id, $2 batch number, $3 lane, $4 users in the message, then one array per field of ``fields``
    /// of the distinct users that are to be looked up, and the same of those that are presumed to be new.
    let apply: PostgresStatement
    /// Writes some users of a batch, and no ledger row. Parameters as for ``apply``.
    let applyPart: PostgresStatement

    /// For users without extra fields.
    static let plain = UpsertStatement(.none)

    init(_ extraFields: ExtraFields) {
        fields = extraFields.all
        apply = Self.apply(fields)
        applyPart = Self.applyPart(fields)
    }

    private static func apply(_ fields: [UserField]) -> PostgresStatement {
        let firstPresumedNew = firstLookedUp + fields.count
        return PostgresStatement(
            name: "apply_batch",
            sql: """
                WITH current AS MATERIALIZED (
                    \(lockedIfAccepting)
                ), gate AS MATERIALIZED (
                    SELECT
                    WHERE NOT EXISTS (SELECT FROM sync_batches WHERE sync_id = $1 AND batch_number = $2)
                      -- Of a sync that is not known here, the ledger's foreign key makes an error.
                      AND (EXISTS (SELECT FROM current) OR NOT EXISTS (SELECT FROM sync_logs WHERE id = $1))
                ), \(upsert(fields))
                INSERT INTO sync_batches (
                    sync_id, batch_number, lane, users, duplicates, inserted, updated, unchanged, newly_deleted, ties_lost, apply_ms)
                SELECT $1, $2, $3, $4,
                    $4 - cardinality(\(parameter: firstLookedUp)) - cardinality(\(parameter: firstPresumedNew)),
                    inserted, updated, unchanged, newly_deleted, ties_lost,
                    (extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000)::integer
                FROM gate CROSS JOIN counted
                RETURNING duplicates, inserted, updated, unchanged, ties_lost
                """)
    }

    private static let firstLookedUp = 5

    /// The row of the sync $1, locked, if it accepts batch $2.
    static let lockedIfAccepting: SQL =
        "SELECT id FROM sync_logs WHERE id = $1 AND \(SyncLogSQL.acceptsBatch("$2")) FOR KEY SHARE"

    /// The parts of a WITH clause that write users when `gate` has a row, and count in `counted`.
    static func upsert(_ fields: [UserField]) -> SQL {
        """
        incoming AS MATERIALIZED (
            SELECT i.*, known.row_id, known.wins, known.was_deleted
            FROM gate
            CROSS JOIN \(fields.unnested(from: firstLookedUp)) AS i (\(fields.sql))
            LEFT JOIN LATERAL (
                SELECT users.id AS row_id, users.deleted AS was_deleted, \(wins("i", fields)) AS wins
                FROM users
                WHERE users.user_name = i.user_name
                LIMIT 1
            ) AS known ON true
        ), presumed_new AS (
            INSERT INTO users (\(fields.sql), deleted_at, sync_id)
            SELECT \(fields.sql), CASE WHEN deleted THEN now() END, $1
            FROM gate
            CROSS JOIN \(fields.unnested(from: firstLookedUp + fields.count)) AS i (\(fields.sql))
            RETURNING user_name
        ), inserted AS (
            INSERT INTO users (\(fields.sql), deleted_at, sync_id)
            SELECT \(fields.sql), CASE WHEN deleted THEN now() END, $1
            FROM incoming
            WHERE row_id IS NULL
            RETURNING user_name
        ), updated AS (
            UPDATE users SET \(assignments("changed", fields))
            FROM (SELECT * FROM incoming WHERE wins) AS changed
            WHERE users.id = ANY (ARRAY(SELECT row_id FROM incoming WHERE wins))
              AND users.id = changed.row_id AND \(wins("changed", fields))
            RETURNING users.deleted AND NOT coalesce(changed.was_deleted, false) AS newly_deleted,
                users.user_name = changed.user_name AS keeps_name
        ), counted AS MATERIALIZED (
            SELECT
                (SELECT CASE WHEN (\(sentNames(fields))) = coalesce(sum(hashtext(user_name)), 0) THEN count(*) ELSE 0 END
                 FROM (SELECT user_name FROM presumed_new UNION ALL SELECT user_name FROM inserted) AS written) AS inserted,
                (SELECT count(*) FROM updated WHERE keeps_name) AS updated,
                (SELECT count(*) FROM updated WHERE newly_deleted) AS newly_deleted,
                count(*) FILTER (WHERE row_id IS NOT NULL AND wins IS NOT TRUE) AS unchanged,
                count(*) FILTER (WHERE row_id IS NOT NULL AND wins IS NULL) AS ties_lost
            FROM incoming
        )
        """
    }

    /// A sum over the names that are to be inserted, which the names of the rows that were written must have, too. A trigger of another
    /// program may have changed them.
    private static func sentNames(_ fields: [UserField]) -> SQL {
        let place = firstLookedUp + fields.count + (fields.firstIndex(of: .userName) ?? 0)
        return """
            SELECT coalesce((SELECT sum(hashtext(name)) FROM unnest(\(parameter: place)::text[]) AS name), 0)
                + coalesce((SELECT sum(hashtext(incoming.user_name)) FROM incoming WHERE row_id IS NULL), 0)
            """
    }

    /// Whether a record replaces the row: the newest version wins, on a tie the later record does if it says anything new. NULL in
    /// the row loses to everything. It is only there because another program wrote it.
    ///
    /// NULL: the record would win a tie, but cannot know whether it is the later one. That is so when its own sync or a newer one has
    /// written the row, and a later batch of its lane has been applied before it: a batch that was given up and is replayed. The next
    /// sync settles it.
    private static func wins(_ new: SQL, _ fields: [UserField]) -> SQL {
        let version = UserField.createdAt
        let contents = fields.filter { $0.role == .content }
        return """
            (CASE
                WHEN \(version.sql(of: "users")) > \(version.sql(of: new)) THEN false
                WHEN \(version.sql(of: "users")) = \(version.sql(of: new)) THEN
                    CASE
                        WHEN (\(contents.sql(of: "users")))
                            IS NOT DISTINCT FROM (\(contents.sql(of: new))) THEN false
                        WHEN users.sync_id > $1 OR (users.sync_id = $1 AND \(isLate)) THEN NULL
                        ELSE true
                    END
                ELSE true
            END)
            """
    }

    /// Whether a later batch of the lane has been applied already. Asked once per batch at most, and only where a tie depends on it.
    private static let isLate: SQL =
        "(SELECT EXISTS (SELECT FROM sync_batches WHERE sync_id = $1 AND batch_number > $2 AND lane = $3))"

    /// A soft delete keeps the moment at which the row was first seen as deleted.
    private static func assignments(_ new: SQL, _ fields: [UserField]) -> SQL {
        let assigned = SQL.list(fields.filter { $0.role != .key }.map { "\($0.sql) = \($0.sql(of: new))" })
        return """
            \(assigned),
                updated_at = now(),
                deleted_at = CASE WHEN \(new).deleted THEN coalesce(users.deleted_at, now()) END,
                sync_id = $1
            """
    }
}
