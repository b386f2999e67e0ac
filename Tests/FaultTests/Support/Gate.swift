import SyncTestSupport
import TestSupport

/// Stops workers inside their transactions, at a place of the test's choice, until it is opened: a trigger waits for an advisory
/// lock that another session holds. The trigger waits with its owner's rights: workers may not take advisory locks.
struct Gate {
    /// Where a worker's transaction waits.
    enum Place: String {
        /// Before the first user is written.
        case beforeUpsert = "BEFORE INSERT ON users FOR EACH STATEMENT"
        /// After users and ledger row are written, before the commit.
        case beforeCommit = "AFTER INSERT ON sync_batches FOR EACH ROW"
    }

    private static let lock = 4711
    private let stack: SyncStack
    private let holder: ChildProcess

    /// Closes a gate.
    static func close(_ place: Place, of stack: SyncStack) async throws -> Gate {
        try await stack.database.query(
            """
            CREATE OR REPLACE FUNCTION pass_gate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN
                PERFORM pg_advisory_xact_lock_shared(\(lock));
                RETURN NULL;
            END $$;
            CREATE TRIGGER gate \(place.rawValue) EXECUTE FUNCTION pass_gate();
            """)
        let holder = try ChildProcess.start(
            "psql",
            [
                "-X", "-d", stack.database.connectionString, "-c",
                "SET application_name = 'gate'; SELECT pg_advisory_lock(\(lock)), pg_sleep(600)",
            ])
        let gate = Gate(stack: stack, holder: holder)
        try await eventually(within: .seconds(20), "the gate is closed") { try await gate.count(granted: true) == 1 }
        return gate
    }

    /// Waits until so many transactions stand at the gate.
    func waitForArrivals(_ number: Int = 1) async throws {
        try await eventually(within: .seconds(120), "\(number) transactions at the gate") {
            try await count(granted: false) >= number
        }
    }

    /// Ends the sessions of workers that are gone, all of them, as the server does when it notices that. Those that stand at the gate
    /// are ended here, also those that come to it late; the others end by themselves when they look for their clients.
    func endArrivals() async throws {
        try await eventually(within: .seconds(20), "the sessions of workers are gone") {
            try await stack.database.query(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE \(Self.isOurs) AND NOT granted")
            return try await stack.count(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name LIKE '%worker'
                """) == 0
        }
    }

    /// Cancels the statements that stand at the gate.
    func cancelArrivals() async throws {
        try await stack.database.query(
            "SELECT pg_cancel_backend(pid) FROM pg_locks WHERE \(Self.isOurs) AND NOT granted")
    }

    /// Lets everyone through, now and later.
    func open() async throws {
        try await stack.database.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gate' AND datname = current_database()"
        )
        holder.kill()
    }

    /// Opens the gate by leaving: the server notices when it is set to look after its clients (`client_connection_check_interval`).
    func abandon() {
        holder.kill()
    }

    private static let isOurs = """
        locktype = 'advisory' AND objid = \(lock)
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """

    private func count(granted: Bool) async throws -> Int {
        // The holder's lock is the only exclusive one.
        try await stack.count(
            "SELECT count(*) FROM pg_locks WHERE \(Self.isOurs) AND \(granted ? "mode = 'ExclusiveLock' AND granted" : "NOT granted")"
        )
    }
}
