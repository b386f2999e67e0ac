import Postgres
import TestSupport
import Testing

@Suite("Poolers before the server, with a real PgBouncer", .serialized) struct PoolerIntegrationTests {
    private func check(_ connectionString: String) async -> PostgresError? {
        let configuration = PostgresConfiguration(connectionString: connectionString, applicationName: "postgres-tests")
        return await postgresError {
            try await PostgresConnection.withConnection(configuration, logger: TestConnections.quiet) {
                try await $0.checkSession(configuration, logger: TestConnections.quiet)
            }
        }
    }

    @Test("a server without a pooler passes, in one round trip")
    func direct() async throws {
        #expect(await check(try await PostgresServer.shared().connectionString()) == nil)
    }

    @Test(
        "a pooler that gives each transaction or statement another server process is refused in words, whatever its size",
        arguments: [PgBouncer.PoolMode.transaction, .statement], [1, 5])
    func refused(mode: PgBouncer.PoolMode, size: Int) async throws {
        let bouncer = try await PgBouncer.start(before: PostgresServer.shared(), mode: mode, size: size)
        defer { bouncer.stop() }
        let error = await check(bouncer.connectionString())
        #expect(error?.code == .transactionPooling, "\(String(describing: error))")
        #expect(error?.isTransient == false)
        #expect(error?.description.contains("pool_mode=session") == true)
        #expect(error?.description.contains(try await PostgresServer.shared().password) == false)
    }

    @Test(
        "in a pool that others use, and with servers taken in turn, it is recognised as well",
        arguments: ["server_round_robin = 1", "ignore_startup_parameters = options"])
    func recognisedInUse(setting: String) async throws {
        let bouncer = try await PgBouncer.start(
            before: PostgresServer.shared(), mode: .transaction, settings: [setting])
        defer { bouncer.stop() }
        let configuration = PostgresConfiguration(
            connectionString: bouncer.connectionString(), applicationName: "postgres-tests")
        // Several server processes are idle in the pool.
        try await PostgresPool.withPool(configuration, maximumConnections: 3, logger: TestConnections.quiet) { pool in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask { try await pool.withConnection { _ = try await $0.query("SELECT pg_sleep(1.5)") } }
                }
                try await group.waitForAll()
            }
            #expect(await check(bouncer.connectionString())?.code == .transactionPooling)
            let ofPool = await postgresError { try await pool.checkSessions(logger: TestConnections.quiet) }
            #expect(ofPool?.code == .transactionPooling)
        }
    }

    @Test(
        "a pooler in session mode passes, and its sessions have all settings, whether it refuses startup options or ignores them",
        arguments: [[], ["ignore_startup_parameters = options"]])
    func sessionMode(settings: [String]) async throws {
        let server = try await PostgresServer.shared()
        let bouncer = try await PgBouncer.start(before: server, mode: .session, settings: settings)
        defer { bouncer.stop() }
        #expect(await check(bouncer.connectionString()) == nil)
        var configuration = PostgresConfiguration(
            connectionString: bouncer.connectionString(), applicationName: "postgres-tests")
        configuration.settings = ["statement_timeout": "7s"]
        try await PostgresConnection.withConnection(configuration, logger: TestConnections.quiet) { connection in
            let row = try await connection.query(
                """
                SELECT current_setting('timezone') AS zone, current_setting('datestyle') AS dates,
                    current_setting('statement_timeout') AS timeout, current_setting('row_security') AS security
                """
            ).single()
            #expect(try row.text("zone") == "UTC")
            #expect(try row.text("dates") == "ISO, YMD")
            #expect(try row.text("timeout") == "7s")
            #expect(try row.text("security") == "off")
        }
    }

    @Test("what a pooler says of a database or a user shows neither: they may be a password in the wrong place")
    func namesAreHidden() async throws {
        let server = try await PostgresServer.shared()
        let bouncer = try await PgBouncer.start(before: server, mode: .session)
        defer { bouncer.stop() }
        let noDatabase = await check(bouncer.connectionString(database: "s3cr3tword"))
        #expect(noDatabase != nil && noDatabase?.description.contains("s3cr3tword") == false)
        let noUser = await check("postgresql://s3cr3tword:x@127.0.0.1:\(bouncer.port)/postgres")
        #expect(noUser != nil && noUser?.description.contains("s3cr3tword") == false)
    }
}
