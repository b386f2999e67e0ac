/// How to reach the database and how long to wait for it.
package struct PostgresConfiguration: Sendable {
    /// A libpq connection string or URI; nil leaves everything to libpq's own environment (`PGHOST`, `PGUSER`, …), which
    /// also fills in what a string leaves out. TLS is set here: `sslmode=verify-full sslrootcert=…`.
    package var connectionString: String?
    /// Makes the password of each new connection; nil when the connection string, the environment or a file holds it.
    package var passwordSource: (any PostgresPasswordSource)?
    /// What the server shows in `pg_stat_activity`, behind a name that the connection string or `PGAPPNAME` gives.
    package var applicationName: String
    /// The longest a connection may take to be made, name resolution and TLS included, once its password is there.
    package var connectTimeout: Duration = .seconds(10)
    /// The longest the server may stay silent while an answer is due; nil for no limit. Then the statement is cancelled.
    package var responseTimeout: Duration? = .seconds(900)
    /// How long a cancelled statement may take to stop before its connection is given up.
    package var cancelTimeout: Duration = .seconds(5)
    /// The longest a task waits for a connection of a pool, in total.
    package var poolTimeout: Duration = .seconds(30)
    /// After this age a pool replaces a connection, so that it follows a failover or a new address.
    package var maximumConnectionAge: Duration = .seconds(3600)
    /// After this time without use a pool closes a connection. Longer than the pauses of a sync, shorter than what waits for a connection
    /// has patience for.
    package var maximumIdleTime: Duration = .seconds(30)
    /// So many connections stay open however long a pool does not use them: the server then shows that the program is there.
    package var keptConnections = 0
    /// Server settings of each connection, for example `statement_timeout`.
    package var settings: [String: String] = [:]

    package init(connectionString: String?, applicationName: String) {
        self.connectionString = connectionString
        self.applicationName = applicationName
    }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Nothing of the connection string: what stands in the place of a host or a user may be a password that lacks its `@`.
    package var description: String { "PostgresConfiguration(application \(applicationName))" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: ["applicationName": applicationName]) }
}
