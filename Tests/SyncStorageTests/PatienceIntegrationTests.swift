import Postgres
import SyncCore
import TestSupport
import Testing

@testable import SyncStorage

/// A sync's session while the database is away, on a server of its own.
@Suite("A session that outlasts its database", .serialized, .timeLimit(.minutes(10)))
struct PatienceIntegrationTests {
    @Test("callers that meet a broken connection at once share one reconnect, and keep the lock")
    func sharedReconnect() async throws {
        try await withSession { server, database, session in
            for _ in 1...10 {
                _ = try await server.query(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'session'")
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 1...8 {
                        group.addTask { _ = try await session.ledgerProgress() }
                        group.addTask { try await session.record(SyncCounters()) }
                    }
                    try await group.waitForAll()
                }
                #expect(
                    try await database.query(
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'session'") == "1")
                #expect(try await database.query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "1")
            }
        }
    }

    @Test("a caller that is cancelled does not take the reconnect from the others")
    func cancelledCaller() async throws {
        try await withSession { server, _, session in
            for _ in 1...10 {
                _ = try await server.query(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'session'")
                let cancelled = Task { _ = try await session.ledgerProgress() }
                let patient = Task { _ = try await session.ledgerProgress() }
                cancelled.cancel()
                try await patient.value
                _ = await cancelled.result
            }
        }
    }

    @Test("a lock that the server still holds for the lost session is waited for")
    func lockStillHeld() async throws {
        try await withSession { server, database, session in
            // Only the client's side is broken: another session keeps the lock, as the old one would until the server notices.
            let other = try await PostgresConnection.connect(
                PostgresConfiguration(connectionString: database.connectionString, applicationName: "old"),
                logger: silent)
            _ = try await server.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'session'")
            try await eventually(within: .seconds(20), "the other session has the lock") {
                try await other.query("SELECT pg_try_advisory_lock($1) AS taken", [.int8(AdvisoryLock.sync)])
                    .single().bool("taken")
            }
            let waiting = Task { try await session.ledgerProgress() }
            try await Task.sleep(for: .seconds(2))
            await other.close()
            _ = try await waiting.value
        }
    }

    @Test("once a newer sync has begun, the session ends at once instead of waiting for the lock")
    func newerSync() async throws {
        try await withSession { server, database, session in
            _ = try await server.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'session'")
            let newer = try await SyncSession.begin(
                PostgresConfiguration(connectionString: database.connectionString, applicationName: "newer"),
                logger: silent)
            let start = ContinuousClock.now
            await #expect(throws: SyncSessionError.lockLost(syncID: session.syncID)) {
                _ = try await session.ledgerProgress()
            }
            #expect(ContinuousClock.now - start < .seconds(10))
            await newer.abandon()
        }
    }

    @Test("a server that is away is waited for, at the start and in mid-sync")
    func serverAway() async throws {
        try await withSession(patience: Patience(limit: .seconds(60))) { server, database, session in
            try await server.stop(.immediate)
            async let progress = session.ledgerProgress()
            async let touched = table(database).isUntouched(
                since: UserTableSnapshot.Moment(rows: 0, oldestTransaction: "3"), butBy: session.syncID)
            try await Task.sleep(for: .seconds(3))
            try await server.start()
            #expect(try await progress.batchesApplied == 0)
            #expect(try await touched)
            await session.abandon()

            try await server.stop()
            async let later = SyncSession.begin(configuration(database), logger: silent)
            try await Task.sleep(for: .seconds(2))
            try await server.start()
            try await later.abandon()
        }
    }

    @Test("logins that are refused, and a server that is read-only, are waited out like any outage")
    func refusedLogins() async throws {
        try await withSession(patience: Patience(limit: .seconds(60))) { server, database, session in
            _ = try await server.query("ALTER DATABASE \(database.name) ALLOW_CONNECTIONS false")
            _ = try await server.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'session'")
            async let first: Void = session.record(SyncCounters())
            try await Task.sleep(for: .seconds(2))
            _ = try await server.query("ALTER DATABASE \(database.name) ALLOW_CONNECTIONS true")
            try await first

            _ = try await server.query("ALTER DATABASE \(database.name) SET default_transaction_read_only = on")
            _ = try await server.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'session'")
            async let second: Void = session.record(SyncCounters())
            try await Task.sleep(for: .seconds(2))
            _ = try await server.query("ALTER DATABASE \(database.name) RESET default_transaction_read_only")
            try await second
        }
    }

    @Test("patience has an end, says how long it lasted, and is not spent again by the next call")
    func end() async throws {
        try await withSession(patience: Patience(limit: .seconds(2))) { server, _, session in
            try await server.stop(.immediate)
            let error = await #expect(throws: OutageError.self) { _ = try await session.ledgerProgress() }
            #expect(error.map { $0.after >= .seconds(2) } == true)
            #expect(error?.description.contains("SYNC_OUTAGE_TIMEOUT") == true)
            let start = ContinuousClock.now
            await #expect(throws: (any Error).self) { _ = try await session.ledgerProgress() }
            #expect(ContinuousClock.now - start < .seconds(1))
            try await server.start()
            _ = try await session.ledgerProgress()
        }
    }

    @Test("told to stop, it waits seconds instead of a quarter of an hour")
    func stopping() async throws {
        try await withSession { server, _, session in
            try await server.stop(.immediate)
            let start = ContinuousClock.now
            let ending = Task { try await session.fail(SyncCounters(), reason: "interrupted") }
            try await Task.sleep(for: .seconds(1))
            session.hurry()
            await #expect(throws: OutageError.self) { _ = try await ending.value }
            #expect(ContinuousClock.now - start < .seconds(25))
            try await server.start()
        }
    }

    @Test("a person is told at once of a wrong password, host or database; a program waits")
    func typed() async throws {
        let server = try await PostgresServer.shared()
        let wrong = [
            server.connectionString(database: "postgres", user: "postgres", password: "wrong"),
            "postgresql://postgres@no-such-host.invalid/postgres",
            server.connectionString(database: "no_such_database"),
        ]
        for text in wrong {
            let configuration = PostgresConfiguration(connectionString: text, applicationName: "typed")
            let start = ContinuousClock.now
            await #expect(throws: PostgresError.self) {
                _ = try await SyncSession.begin(configuration, isTyped: true, logger: silent)
            }
            #expect(ContinuousClock.now - start < .seconds(15))
            await #expect(throws: OutageError.self) {
                _ = try await SyncSession.begin(configuration, patience: Patience(limit: .seconds(1)), logger: silent)
            }
        }
    }

    @Test("a completion whose answer was lost in an outage is found again as soon as the database is back")
    func lostCompletion() async throws {
        try await withSession(patience: Patience(limit: .seconds(60))) { server, database, session in
            try await storeVerdict(session, configuration(database))
            try await session.streamCompleted(SyncCounters(), usersSent: 0)
            // A commit waits for a standby that does not exist: it is done by then, and its client has not heard of it.
            _ = try await server.query("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
            _ = try await server.query("SELECT pg_reload_conf()")
            try await eventually(within: .seconds(30), "the setting counts") {
                try await server.query("SHOW synchronous_standby_names") == "nobody"
            }
            try await Task.sleep(for: .seconds(1))
            async let ended = session.complete()
            try await eventually(within: .seconds(30), "the commit waits") {
                try await server.query(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'session' AND wait_event = 'SyncRep'"
                )
                    == "1"
            }
            // Counts from the next start on.
            _ = try await server.query("ALTER SYSTEM RESET synchronous_standby_names")
            try await server.stop(.immediate)
            // Longer than the retries of the first release lasted.
            try await Task.sleep(for: .seconds(26))
            try await server.start()
            #expect(try await ended.status == .completed)
            #expect(try await database.query("SELECT status FROM sync_logs") == "COMPLETED")
        }
    }

    // MARK: Helpers

    private func configuration(_ database: TestDatabase) -> PostgresConfiguration {
        PostgresConfiguration(connectionString: database.connectionString, applicationName: "session")
    }

    private func table(_ database: TestDatabase) -> UserTable { UserTable(configuration(database), logger: silent) }

    /// A sync under way in a migrated database on a server of the test's own.
    private func withSession(
        patience: Patience = Patience(), _ body: (PostgresServer, TestDatabase, SyncSession) async throws -> Void
    ) async throws {
        let server = try await PostgresServer.start()
        let database = try await server.createDatabase()
        let configuration = configuration(database)
        try await PostgresConnection.withConnection(configuration, logger: silent) {
            _ = try await Migrator(connection: $0, logger: silent).migrate()
        }
        let session = try await SyncSession.begin(configuration, patience: patience, logger: silent)
        do {
            try await body(server, database, session)
        } catch {
            await session.abandon()
            try? await server.stop(.immediate)
            throw error
        }
        await session.abandon()
        try await server.stop(.immediate)
    }
}
