import Postgres
import TestSupport
import Testing

@Suite("Broken connections and failed attempts against a real server", .serialized) struct FailuresIntegrationTests {
    private func configuration(_ connectionString: String) -> PostgresConfiguration {
        PostgresConfiguration(connectionString: connectionString, applicationName: "postgres-tests")
    }

    private func connectError(_ configuration: PostgresConfiguration) async -> PostgresError? {
        await postgresError {
            await (try PostgresConnection.connect(configuration, logger: TestConnections.quiet)).close()
        }
    }

    @Test(
        "a server that restarts in mid-query is a transient error, and the pool recovers by itself",
        arguments: [PostgresServer.ShutdownMode.fast, .immediate])
    func restart(_ mode: PostgresServer.ShutdownMode) async throws {
        let server = try await PostgresServer.start()
        let pool = PostgresPool(
            configuration(server.connectionString()), maximumConnections: 3, logger: TestConnections.quiet)
        async let first = postgresError {
            try await pool.withConnection { try await $0.query("SELECT pg_sleep(60)") }
        }
        async let second = postgresError {
            try await pool.withConnection { connection in
                try await connection.transaction { try await $0.query("SELECT pg_sleep(60)") }
            }
        }
        // A third connection, idle when the server goes.
        _ = try await pool.withConnection { try await $0.query("SELECT 1") }
        try await eventually(within: .seconds(60), "both statements run") {
            try await server.query(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND state = 'active'")
                == "2"
        }
        try await server.restart(mode)
        for error in [await first, await second] {
            #expect(error?.code == .connectionLost)
            #expect(error?.isTransient == true)
            #expect(error?.description.contains(server.password) == false)
        }
        for _ in 0..<5 {
            let result = try await pool.withConnection { try await $0.query("SELECT 1") }
            #expect(result.rowCount == 1)
        }
        #expect(pool.statistics.busy == 0)
        await pool.close()
        try await server.stop()
    }

    @Test("a connection that an administrator ends tells the server's reason and is closed")
    func terminated() async throws {
        try await TestConnections.with { connection in
            let process = await connection.serverProcessID
            async let error = postgresError { try await connection.query("SELECT pg_sleep(60)") }
            try await eventually(within: .seconds(60), "the statement is ended") {
                try await PostgresServer.shared().query(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid = \(process) AND query LIKE '%pg_sleep%'"
                )
                    == "1"
            }
            #expect(await error?.code == .connectionLost)
            #expect(await error?.sqlState == "57P01")
            #expect(await error?.isTransient == true)
            #expect(!connection.isUsable)
            #expect(await postgresError { try await connection.query("SELECT 1") }?.code == .connectionClosed)
        }
    }

    @Test("a connection lost while COMMIT is on its way is an unknown outcome, and transient")
    func lostInCommit() async throws {
        let database = try await PostgresServer.shared().createDatabase()
        try await database.query(
            """
            CREATE TABLE t (a int8);
            CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait();
            """)
        let connection = try await PostgresConnection.connect(
            configuration(database.connectionString), logger: TestConnections.quiet)
        let process = await connection.serverProcessID
        async let error = postgresError {
            try await connection.transaction { _ = try await $0.query("INSERT INTO t VALUES (1)") }
        }
        try await eventually(within: .seconds(60), "the commit is ended") {
            try await database.query(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid = \(process) AND query = 'COMMIT'"
            )
                == "1"
        }
        #expect(await error?.code == .commitOutcomeUnknown)
        #expect(await error?.isTransient == true)
        #expect(try await database.query("SELECT count(*) FROM t") == "0")
        await connection.close()
        try await database.drop()
    }

    @Test("too many connections is a transient error with its SQLSTATE")
    func tooManyConnections() async throws {
        let server = try await PostgresServer.start(settings: [
            "max_connections": "4", "superuser_reserved_connections": "0", "max_wal_senders": "0",
        ])
        let configuration = configuration(server.connectionString())
        var connections: [PostgresConnection] = []
        var refusal: PostgresError?
        for _ in 0..<6 where refusal == nil {
            refusal = await postgresError {
                connections.append(try await PostgresConnection.connect(configuration, logger: TestConnections.quiet))
            }
        }
        #expect(connections.count == 4)
        #expect(refusal?.code == .connectFailed)
        #expect(refusal?.sqlState == "53300")
        #expect(refusal?.isTransient == true)
        #expect(refusal?.message.contains("sorry, too many clients already") == true)
        for connection in connections { await connection.close() }
        try await server.stop()
    }

    @Test("a wrong password is a lasting error that shows neither password")
    func wrongPassword() async throws {
        let server = try await PostgresServer.shared()
        let wrong = configuration("postgresql://\(server.user):hunter2wrong@127.0.0.1:\(server.port)/postgres")
        let error = await connectError(wrong)
        #expect(error?.code == .connectFailed)
        #expect(error?.sqlState == "28P01")
        #expect(error?.isTransient == false)
        #expect(error?.description.contains("hunter2wrong") == false)
        #expect(error?.description.contains(server.password) == false)
        #expect(error?.description.contains("pg_hba.conf") == true)
        let noDatabase = await connectError(configuration(server.connectionString(database: "no_such_database")))
        #expect(noDatabase?.sqlState == "3D000")
        #expect(noDatabase?.isTransient == false)
    }

    @Test("nobody listening is a transient error, at once")
    func nobodyListens() async throws {
        let error = await connectError(configuration("postgresql://u:secret-word@127.0.0.1:\(try freePort())/db"))
        #expect(error?.code == .connectFailed)
        #expect(error?.isTransient == true)
        #expect(error?.description.contains("secret-word") == false)
        let noHost = await connectError(configuration("host=no-such-host.invalid user=u password=secret-word"))
        #expect(noHost?.code == .unknownHost)
        #expect(noHost?.description.contains("secret-word") == false)
    }

    @Test("a server that accepts and says nothing is given up at the deadline, and a cancelled attempt at once")
    func silentServer() async throws {
        let listener = try SilentListener()
        var configuration = configuration("postgresql://u:p@127.0.0.1:\(listener.port)/db")
        configuration.connectTimeout = .milliseconds(300)
        let start = ContinuousClock.now
        let error = await connectError(configuration)
        #expect(error?.code == .connectTimedOut)
        #expect(error?.isTransient == true)
        #expect(start.duration(to: .now) < .seconds(20))
        configuration.connectTimeout = .seconds(60)
        let attempt = Task { [configuration] in await connectError(configuration) }
        try await Task.sleep(for: .milliseconds(100))
        attempt.cancel()
        #expect(await attempt.value?.code == .cancelled)
        #expect(start.duration(to: .now) < .seconds(40))
    }

    @Test("TLS settings pass through the connection string")
    func tls() async throws {
        let server = try await PostgresServer.shared()
        let error = await connectError(configuration(server.connectionString() + "?sslmode=require"))
        #expect(error?.code == .connectFailed)
        #expect(error?.message.contains("SSL") == true)
    }
}
