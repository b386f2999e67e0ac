import SyncTestSupport
import TestSupport

/// A session that deadlocks with one transaction of a worker, on advisory locks, and lives: the worker's transaction is the victim.
struct Deadlock {
    private let session: ChildProcess

    private static let first = 4721
    private static let second = 4722

    static func prepare(in stack: SyncStack) async throws -> Deadlock {
        try await stack.database.query(
            """
            CREATE FUNCTION take_both() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN
                PERFORM pg_advisory_xact_lock_shared(\(first));
                PERFORM pg_advisory_xact_lock_shared(\(second));
                RETURN NULL;
            END $$;
            CREATE TRIGGER take_both AFTER INSERT ON sync_batches FOR EACH ROW EXECUTE FUNCTION take_both();
            """)
        // Who waits longest looks for a deadlock first: the worker after the server's usual second, this session never. The
        // worker must wait already when this session closes the circle, and must not have looked yet.
        let script = """
            SET deadlock_timeout = '10min';
            DO $$
            BEGIN
                PERFORM pg_advisory_xact_lock(\(second));
                WHILE NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = \(second) AND NOT granted
                                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) LOOP
                    PERFORM pg_sleep(0.01);
                END LOOP;
                PERFORM pg_advisory_xact_lock(\(first));
            END $$;
            """
        let session = try ChildProcess.start("psql", ["-X", "-d", stack.database.connectionString, "-c", script])
        try await eventually(within: .seconds(20), "the other session holds its lock") {
            try await stack.count(
                """
                SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = \(second) AND granted
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """) == 1
        }
        return Deadlock(session: session)
    }

    func stop() {
        session.kill()
    }
}
