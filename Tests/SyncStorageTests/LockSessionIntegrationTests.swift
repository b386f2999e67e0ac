import Postgres
import SyncStorage
import TestSupport
import Testing

@Suite("The session that holds a sync's lock")
struct LockSessionIntegrationTests {
    @Test("the server looks after it, so that a host which vanished does not hold the lock for hours")
    func keepalives() async throws {
        let database = try await PostgresServer.shared().createDatabase()
        let configuration = PostgresConfiguration(
            connectionString: database.connectionString, applicationName: "test")
        let connection = try await PostgresConnection.connect(configuration.forLocks, logger: silent)
        let result = try await connection.query(
            "SELECT current_setting('tcp_keepalives_idle') || ' ' || current_setting('tcp_keepalives_count')")
        #expect(try result.text(row: 0, column: 0) == "30 3")
        await connection.close()
        try await database.drop()
    }
}
