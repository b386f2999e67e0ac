/// An empty database for one test, on a server that others use as well.
package struct TestDatabase: Sendable {
    /// The server it lives on.
    package let server: PostgresServer
    /// Its name, unique on the server.
    package let name: String

    /// A connection string in URL form.
    package var connectionString: String { server.connectionString(database: name) }

    /// Runs SQL with `psql`, a client that is not ours; see ``PostgresServer/query(_:database:)``.
    @discardableResult
    package func query(_ sql: String) async throws -> String {
        try await server.query(sql, database: name)
    }

    /// Removes the database, and disconnects whoever is still in it. Not needed: the server goes with the test process.
    package func drop() async throws {
        _ = try await server.query("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
    }
}
