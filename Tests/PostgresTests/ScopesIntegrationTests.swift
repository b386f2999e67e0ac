import Postgres
import Testing

@Suite("Scopes, against a real server") struct ScopesIntegrationTests {
    private struct Failure: Error {}

    @Test("a connection is closed when its scope ends: by a return, by an error, by a cancelled task")
    func connection() async throws {
        let configuration = try await TestConnections.configuration()
        let returned = try await PostgresConnection.withConnection(configuration, logger: TestConnections.quiet) {
            try await TestConnections.expectAnswer($0)
            return $0
        }
        #expect(!returned.isUsable)

        var kept: PostgresConnection?
        await #expect(throws: Failure.self) {
            try await PostgresConnection.withConnection(configuration, logger: TestConnections.quiet) {
                kept = $0
                throw Failure()
            }
        }
        #expect(kept?.isUsable == false)

        let task = Task {
            try await PostgresConnection.withConnection(configuration, logger: TestConnections.quiet) { connection in
                withUnsafeCurrentTask { $0?.cancel() }
                let error = await postgresError { try await connection.query("SELECT 1") }
                #expect(error?.code == .cancelled)
                return connection
            }
        }
        #expect(try await !task.value.isUsable)
    }

    @Test("a pool is closed when its scope ends, by a return or by an error")
    func pool() async throws {
        let configuration = try await TestConnections.configuration()
        let returned = try await PostgresPool.withPool(
            configuration, maximumConnections: 2, logger: TestConnections.quiet
        ) { pool in
            try await pool.withConnection { try await TestConnections.expectAnswer($0) }
            #expect(pool.statistics.idle == 1)
            return pool
        }
        #expect(returned.statistics.idle == 0)
        let refused = await postgresError { try await returned.withConnection { _ in } }
        #expect(refused?.code == .poolClosed)

        var kept: PostgresPool?
        await #expect(throws: Failure.self) {
            try await PostgresPool.withPool(configuration, maximumConnections: 1, logger: TestConnections.quiet) {
                kept = $0
                throw Failure()
            }
        }
        let closed = try #require(kept)
        #expect(await postgresError { try await closed.withConnection { _ in } }?.code == .poolClosed)
    }
}
