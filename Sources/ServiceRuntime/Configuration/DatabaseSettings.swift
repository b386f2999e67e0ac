package import Postgres

/// Where the database is: `DATABASE_URL`, or libpq's own `PG…` variables.
package enum DatabaseSettings {
    /// - Parameter applicationName: what `pg_stat_activity` shows for this process's connections.
    /// - Throws: ``ConfigurationError`` when neither way names a database.
    package static func configuration(
        _ settings: Settings, applicationName: String
    ) throws(ConfigurationError) -> PostgresConfiguration {
        let url = settings.string("DATABASE_URL", isSecret: true)
        if let url {
            guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") || url.contains("=") else {
                throw ConfigurationError(
                    variable: "DATABASE_URL",
                    problem: "must be postgresql://user@host/database or libpq's key=value form")
            }
        } else if !["PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE"].contains(where: { settings.string($0) != nil }) {
            throw ConfigurationError(
                variable: "DATABASE_URL",
                problem: "is not set: the PostgreSQL database to write to (PGHOST, PGUSER, PGDATABASE, … work too)")
        }
        return PostgresConfiguration(connectionString: url, applicationName: applicationName)
    }
}
