import Postgres
import SyncCore
import SyncStorage
import TestSupport
import Testing

@Suite("The end of a sync", .serialized)
struct SyncSessionIntegrationTests {
    @Test("an end whose answer was lost with the connection is this sync's own, and is reported as such")
    func lostAnswer() async throws {
        let server = try await PostgresServer.start()
        let database = try await server.createDatabase()
        let configuration = PostgresConfiguration(
            connectionString: database.connectionString, applicationName: "session")
        try await migrate(configuration)
        let session = try await SyncSession.begin(configuration, logger: silent)
        try await storeVerdict(session, configuration)
        try await session.streamCompleted(SyncCounters(), usersSent: 0)

        // A commit waits for a standby that does not exist: it is done by then, and its client has not heard of it.
        _ = try await server.query("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        _ = try await server.query("SELECT pg_reload_conf()")
        // The setting counts once the checkpointer has read it: then another session, which does nothing but commit, stands still.
        let probe = try ChildProcess.start(
            "psql",
            [
                "-X", "-d", database.connectionString, "-c", "CREATE TABLE probe (number integer)", "-c",
                "DO $$ BEGIN LOOP INSERT INTO probe VALUES (1); COMMIT; PERFORM pg_sleep(0.01); END LOOP; END $$",
            ])
        defer { probe.kill() }
        try await eventually(within: .seconds(30), "commits wait") {
            try await database.query(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'psql' AND wait_event = 'SyncRep'")
                == "1"
        }
        async let ended = session.complete()
        try await eventually(within: .seconds(30), "the commit waits") {
            try await database.query(
                """
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE application_name = 'session' AND wait_event = 'SyncRep'
                """) == "1"
        }
        _ = try await server.query("ALTER SYSTEM RESET synchronous_standby_names")
        _ = try await server.query("SELECT pg_reload_conf()")

        let entry = try await ended
        #expect(entry.status == .completed)
        #expect(try await database.query("SELECT status FROM sync_logs") == "COMPLETED")
        try await server.stop()
    }

    @Test("the next sync may begin at once: nothing waits for the server to notice that the session has gone")
    func oneAfterTheOther() async throws {
        try await withConfiguration { configuration, _ in
            for _ in 1...50 {
                let session = try await SyncSession.begin(configuration, logger: silent)
                _ = try await session.fail(SyncCounters(), reason: "a test")
            }
        }
    }

    @Test("a sync that was ended from outside is not taken for ended by itself")
    func endedElsewhere() async throws {
        try await withConfiguration { configuration, database in
            let session = try await SyncSession.begin(configuration, logger: silent)
            try await database.query("UPDATE sync_logs SET status = 'FAILED', error_message = 'reset by an operator'")
            await #expect(throws: SyncSessionError.endedElsewhere(syncID: session.syncID)) {
                _ = try await session.fail(SyncCounters(), reason: "another reason")
            }
            await #expect(throws: SyncSessionError.endedElsewhere(syncID: session.syncID)) {
                _ = try await session.complete()
            }
            await session.abandon()
        }
    }

    @Test("a whole ledger completes a sync that failed for want of batches, and no other", arguments: [true, false])
    func settling(lacksBatches: Bool) async throws {
        try await withConfiguration { configuration, database in
            let syncID = try await failedSync(configuration, lacksBatches: lacksBatches)
            let connection = try await PostgresConnection.connect(configuration, logger: silent)
            let syncs = SyncLogTable(connection: connection)
            #expect(try await syncs.newestAwaitingBatches() == (lacksBatches ? syncID : nil))
            #expect(try await syncs.complete(syncID) == false)
            try await database.query(
                """
                INSERT INTO sync_batches (sync_id, batch_number, lane, users, duplicates, inserted, updated, unchanged)
                VALUES (\(syncID), 1, 0, 10, 0, 10, 0, 0)
                """)
            #expect(try await syncs.complete(syncID) == lacksBatches)
            #expect(
                try await database.query("SELECT status FROM sync_logs") == (lacksBatches ? "COMPLETED" : "FAILED"))
            await connection.close()
        }
    }

    @Test("a sync that a newer one has overtaken awaits no batches")
    func overtaken() async throws {
        try await withConfiguration { configuration, _ in
            let older = try await failedSync(configuration, lacksBatches: true)
            let connection = try await PostgresConnection.connect(configuration, logger: silent)
            let syncs = SyncLogTable(connection: connection)
            #expect(try await syncs.awaitingBatches(among: [older]) == [older])
            let newer = try await failedSync(configuration, lacksBatches: true)
            #expect(try await syncs.awaitingBatches(among: [older, newer]) == [newer])
            #expect(try await syncs.complete(older) == false)
            await connection.close()
        }
    }

    // MARK: Helpers

    /// A sync that has sent one batch of ten users, and failed.
    private func failedSync(_ configuration: PostgresConfiguration, lacksBatches: Bool) async throws -> Int64 {
        let session = try await SyncSession.begin(configuration, logger: silent)
        try await session.overtake()
        var counters = SyncCounters()
        counters.received = 10
        counters.batchesSent = 1
        try await storeVerdict(session, configuration)
        try await session.streamCompleted(counters, usersSent: 10)
        let entry = try await session.fail(counters, reason: "one batch is missing", lacksBatches: lacksBatches)
        #expect(entry.status == .failed)
        return session.syncID
    }

    private func withConfiguration(_ body: (PostgresConfiguration, TestDatabase) async throws -> Void) async throws {
        let database = try await PostgresServer.shared().createDatabase()
        let configuration = PostgresConfiguration(
            connectionString: database.connectionString, applicationName: "session")
        do {
            try await migrate(configuration)
            try await body(configuration, database)
        } catch {
            try? await database.drop()
            throw error
        }
        try await database.drop()
    }

    private func migrate(_ configuration: PostgresConfiguration) async throws {
        let connection = try await PostgresConnection.connect(configuration, logger: silent)
        _ = try await Migrator(connection: connection, logger: silent).migrate()
        await connection.close()
    }
}
