/// A statement that is prepared once on each connection, when it is first used there.
package struct PostgresStatement: Sendable, Hashable {
    /// What errors, logs and the server's `pg_prepared_statements` call it.
    package let name: String
    package let sql: SQL

    package init(name: String, sql: SQL) {
        self.name = name
        self.sql = sql
    }
}
