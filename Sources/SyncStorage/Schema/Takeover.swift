import Postgres
import SyncCore

/// What has to be looked at once, before the first migration, in a database that another program has used.
enum Takeover {
    /// What stands in the way, each as a clause; empty when nothing does. Leaves nothing behind.
    nonisolated(nonsending) static func refusals(_ connection: PostgresConnection) async throws -> [String] {
        var refusals: [String] = []
        for row in try await connection.query(occupiedTables).rows {
            refusals.append(
                "there is a table \(try row.text("name")) of another program: rename it, or use another schema")
        }
        for row in try await connection.query(occupiedColumns).rows {
            refusals.append(
                "\(try row.text("name")) is another program's column with a name that this service needs: rename it")
        }
        for row in try await connection.query(ownedByOthers).rows {
            refusals.append(
                "\(try row.text("name")) belongs to the role \(try row.text("owner")): run migrate as that role, or make this role "
                    + "a member of it")
        }
        let syncLogs = try await ExistingTable.read(TableRequirement.syncLogs.table, on: connection)
        if let syncLogs, TableRequirement.syncLogs.refusals(syncLogs).isEmpty {
            refusals += try await refusedStatuses(connection)
        }
        return refusals
    }

    /// Tables of ours that exist although no migration has made them.
    private static let occupiedTables: SQL = """
        SELECT name FROM unnest(ARRAY[
            'sync_batches', 'sync_rejects', 'sync_batch_failures', 'sync_missing', 'sync_refusals', 'sync_fields',
            'sync_profiles',
            'sync_migrations'
        ]) AS name
        WHERE to_regclass(name) IS NOT NULL ORDER BY name
        """

    /// Columns that migrations add without looking, and counters of another type than a whole number.
    private static let occupiedColumns: SQL = """
        SELECT 'sync_logs.' || attname AS name FROM pg_attribute
        WHERE attrelid = to_regclass('sync_logs') AND attnum > 0 AND NOT attisdropped
            AND (attname IN ('overtaken_by', 'skipped', 'superseded', 'newly_deleted', 'missing', 'missing_deleted',
                    'stream_completed_at', 'lacks_batches', 'batches_reserved', 'users_sent', 'verdict', 'verdict_reason',
                    'live_users', 'damaged_records', 'missing_policy', 'missing_max_percent', 'missing_to_mark',
                    'missing_marked_at', 'refused', 'ties_lost', 'newer',
                    'newer_by_minutes', 'source_changes')
                OR attname IN ('received', 'rejected', 'duplicates', 'inserted', 'updated', 'unchanged', 'batches_sent',
                    'batches_applied', 'stream_attempts', 'stream_bytes', 'attempt_first_batch')
                AND NOT (atttypid IN ('integer'::regtype, 'bigint'::regtype) AND attnotnull AND atthasdef))
        ORDER BY attnum
        """

    /// Only its owner may add columns to a table.
    private static let ownedByOthers: SQL = """
        SELECT relname::text AS name, pg_get_userbyid(relowner)::text AS owner FROM pg_class
        WHERE oid IN (to_regclass('users'), to_regclass('sync_logs')) AND NOT pg_has_role(relowner, 'USAGE')
        ORDER BY relname
        """

    /// A CHECK of the other program may know fewer states of a sync than there are. An empty copy of the table tells, where no
    /// trigger fires and no sequence moves on.
    private nonisolated(nonsending) static func refusedStatuses(
        _ connection: PostgresConnection
    ) async throws -> [String] {
        _ = try await connection.query("SAVEPOINT trial")
        let failure = await failure(of: [emptyCopy, everyStatus], on: connection)
        _ = try await connection.query("ROLLBACK TO SAVEPOINT trial")
        guard let failure else { return [] }
        guard failure.scope == .row else { throw failure }
        return [
            "sync_logs does not take every state of a sync (\(failure.constraint ?? failure.message)): it must allow "
                + SyncStatus.allCases.map(\.rawValue).joined(separator: ", ")
        ]
    }

    private nonisolated(nonsending) static func failure(
        of statements: [SQL], on connection: PostgresConnection
    ) async -> PostgresError? {
        do throws(PostgresError) {
            for statement in statements { _ = try await connection.query(statement) }
            return nil
        } catch {
            return error
        }
    }

    private static let emptyCopy: SQL = """
        CREATE TABLE sync_logs_trial (
            LIKE sync_logs INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING IDENTITY INCLUDING GENERATED)
        """

    private static let everyStatus: SQL = """
        INSERT INTO sync_logs_trial (id, status) OVERRIDING SYSTEM VALUE
        VALUES (1, 'PENDING'), (2, 'RUNNING'), (3, 'PROCESSING'), (4, 'COMPLETED'), (5, 'FAILED')
        """
}
