import AWSClientSupport
import Logging
package import Postgres

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where the database is, `DATABASE_URL` or libpq's own `PG…` variables, and how its user proves who it is.
package enum DatabaseSettings {
    /// - Parameter applicationName: what `pg_stat_activity` shows for this process's connections.
    /// - Throws: ``ConfigurationError`` when neither way names a database, or what they say cannot be used.
    package static func configuration(
        _ settings: Settings, applicationName: String
    ) throws(ConfigurationError) -> PostgresConfiguration {
        let url = settings.string("DATABASE_URL", isSecret: true)
        if url == nil,
            !["PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE"].contains(where: { settings.string($0) != nil })
        {
            throw ConfigurationError(
                variable: "DATABASE_URL",
                problem: "is not set: the PostgreSQL database to write to (PGHOST, PGUSER, PGDATABASE, … work too)")
        }
        var configuration = PostgresConfiguration(connectionString: url, applicationName: applicationName)
        try check(configuration, blaming: url == nil ? "PGHOST or another PG… variable" : "DATABASE_URL")
        if try settings.flag("DATABASE_IAM_AUTH", default: false) {
            configuration.passwordSource = try passwordSource(settings)
            try check(configuration, blaming: "DATABASE_IAM_AUTH")
        }
        return configuration
    }

    /// The messages name parameters of the connection string, and show none of its values.
    private static func check(
        _ configuration: PostgresConfiguration, blaming variable: String
    ) throws(ConfigurationError) {
        do throws(PostgresError) {
            try configuration.check()
        } catch {
            throw ConfigurationError(variable: variable, problem: "cannot be used: \(error.message)")
        }
    }

    private static func passwordSource(_ settings: Settings) throws(ConfigurationError) -> RDSPasswordSource {
        guard let name = settings.string("AWS_REGION") ?? settings.string("AWS_DEFAULT_REGION") else {
            throw ConfigurationError(
                variable: "AWS_REGION", problem: "is not set: DATABASE_IAM_AUTH signs for the database's region")
        }
        let region: AWSRegion
        do {
            region = try AWSRegion(name)
        } catch {
            throw ConfigurationError(variable: "AWS_REGION", problem: "cannot be used: \(error)")
        }
        let logger = Logger(label: "database-login")
        let transport = LoginTransport(certificateAuthorityFile: settings.string("SSL_CERT_FILE"), logger: logger)
        return RDSPasswordSource(
            region: region,
            credentials: CredentialChain.standard(
                environment: ProcessInfo.processInfo.environment, region: region, transport: transport, logger: logger))
    }
}
