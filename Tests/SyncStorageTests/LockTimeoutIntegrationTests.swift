import Postgres
import SyncCore
import SyncStorage
import TestSupport
import Testing

@Suite("How long a sync waits for a lock")
struct LockTimeoutIntegrationTests {
    /// Every kind of work that takes sessions fit to hold a lock, with the table that it writes to.
    enum Work: String, CaseIterable, Sendable {
        case session = "sync_logs"
        case users = "sync_missing"
        case redrive = "sync_batch_failures"

        func run(
            _ session: SyncSession, _ configuration: PostgresConfiguration, _ patience: Patience
        ) async throws {
            switch self {
            case .session: try await session.record(SyncCounters())
            case .users: try await storeVerdict(session, configuration, patience)
            case .redrive:
                try await RedriveStore.withStore(
                    configuration, patience: patience, isTyped: false, logger: silent
                ) { try await $0.deleteFailure(syncID: session.syncID, batchNumber: 1) }
            }
        }
    }

    @Test(
        "session, users table and redrive each give up a lock after 30 s, as the server sees it",
        arguments: Work.allCases)
    func limit(work: Work) async throws {
        try await withDatabase { database in
            let session = try await SyncSession.begin(database.configuration, logger: silent)
            try await database.connection.executeScript(
                """
                CREATE TABLE seen (lock_timeout text);
                CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN INSERT INTO seen VALUES (current_setting('lock_timeout')); RETURN NULL; END $$;
                CREATE TRIGGER see AFTER INSERT OR UPDATE OR DELETE ON sync_logs EXECUTE FUNCTION see();
                CREATE TRIGGER see AFTER INSERT OR UPDATE OR DELETE ON sync_missing EXECUTE FUNCTION see();
                CREATE TRIGGER see AFTER INSERT OR UPDATE OR DELETE ON sync_batch_failures EXECUTE FUNCTION see();
                """)
            try await work.run(session, database.configuration, Patience())
            let seen = try await database.connection.query("SELECT DISTINCT lock_timeout FROM seen", [])
            #expect(try seen.rows.map { try $0.text("lock_timeout") } == ["30s"])
            await session.abandon()
        }
    }

    @Test("a lock that others keep for longer is an outage, and ends with its patience", arguments: Work.allCases)
    func outage(work: Work) async throws {
        try await withDatabase { database in
            var configuration = database.configuration
            configuration.settings["lock_timeout"] = "200ms"
            let patience = Patience(limit: .seconds(1))
            let session = try await SyncSession.begin(configuration, patience: patience, logger: silent)
            try await database.connection.transaction { connection in
                _ = try await connection.query("LOCK TABLE sync_logs, sync_missing, sync_batch_failures", [])
                do {
                    try await work.run(session, configuration, patience)
                    Issue.record("it did not wait")
                } catch let error as OutageError {
                    #expect((error.cause as? PostgresError)?.sqlState == "55P03", "\(error)")
                }
            }
            // What waited in vain can be done once the lock is free.
            try await work.run(session, configuration, patience)
            await session.abandon()
        }
    }
}
