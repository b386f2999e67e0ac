import TestSupport
import Testing

@Suite("PostgreSQL servers, integration")
struct PostgresServerIntegrationTests {
    @Test("each test gets a database of its own on one server")
    func databases() async throws {
        let server = try await PostgresServer.shared()
        async let first = server.createDatabase()
        async let second = server.createDatabase()
        let (one, other) = try await (first, second)
        #expect(one.connectionString != other.connectionString)
        try await one.query("CREATE TABLE t AS SELECT 1 AS x")
        #expect(try await one.query("SELECT count(*), NULL, 'é' FROM t") == "1||é")
        await #expect(throws: TestSupportError.self) { try await other.query("SELECT * FROM t") }
        try await other.drop()
    }

    @Test("only the right password gets in over TCP")
    func password() async throws {
        let server = try await PostgresServer.shared()
        let wrong = server.connectionString().replacing(server.password, with: "wrong")
        let result = try await ChildProcess.run("psql", ["-X", "-w", wrong, "-c", "SELECT 1"])
        #expect(result.status != 0)
        #expect(result.errorOutput.contains("password authentication failed"))
    }

    @Test("a server restarts on its port with its data, also after a crash")
    func restart() async throws {
        let server = try await PostgresServer.start(settings: ["max_connections": "17"])
        let database = try await server.createDatabase()
        try await database.query("CREATE TABLE t AS SELECT 1 AS x")
        try await server.restart(.fast)
        #expect(try await database.query("SELECT x FROM t") == "1")
        try await server.restart(.immediate)
        #expect(try await database.query("SELECT x FROM t") == "1")
        #expect(try await database.query("SHOW max_connections") == "17")
        try await server.stop(.fast)
        await #expect(throws: TestSupportError.self) { try await database.query("SELECT 1") }
    }
}
