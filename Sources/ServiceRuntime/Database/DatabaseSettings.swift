import AWSClientSupport
import Logging
package import Postgres

/// Where the database is, `DATABASE_URL` or libpq's own `PG…` variables, and how its user proves who it is.
package enum DatabaseSettings {
    /// - Parameter applicationName: what `pg_stat_activity` shows for this process's connections.
    /// - Throws: ``ConfigurationError`` when neither way names a database, or what they say cannot be used.
    package static func configuration(
        _ settings: Settings, applicationName: String
    ) throws(ConfigurationError) -> PostgresConfiguration {
        try refuseSpace(settings)
        let url = settings.string("DATABASE_URL", isSecret: true)
        if url == nil,
            !["PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE"].contains(where: { settings.string($0) != nil })
        {
            throw ConfigurationError(
                variable: "DATABASE_URL",
                problem: "is not set: the PostgreSQL database to write to (PGHOST, PGUSER, PGDATABASE, … work too)")
        }
        var configuration = PostgresConfiguration(connectionString: url, applicationName: applicationName)
        try check(configuration, blaming: source(settings))
        if try settings.flag("DATABASE_IAM_AUTH", default: false) {
            configuration.passwordSource = try passwordSource(settings)
            try check(configuration, blaming: "DATABASE_IAM_AUTH")
        }
        return configuration
    }

    /// The same for a program that waits for a database that is away: a file that is missing would never come back.
    /// - Throws: ``ConfigurationError``, also when a file that the settings name cannot be used.
    package static func patientConfiguration(
        _ settings: Settings, applicationName: String
    ) throws(ConfigurationError) -> PostgresConfiguration {
        let configuration = try configuration(settings, applicationName: applicationName)
        do throws(PostgresError) {
            try configuration.checkFiles()
        } catch {
            throw ConfigurationError(variable: source(settings), problem: "cannot be used: \(error.message)")
        }
        return configuration
    }

    /// The variable that a person has to look at.
    private static func source(_ settings: Settings) -> String {
        settings.string("DATABASE_URL", isSecret: true) == nil ? "PGHOST or another PG… variable" : "DATABASE_URL"
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
        let aws = try settings.aws()
        let region = try settings.region(aws, purpose: "DATABASE_IAM_AUTH signs for the database's region").value
        let logger = Logger(label: "database-login")
        let transport = LoginTransport(configuration: try settings.http(aws), logger: logger)
        do {
            return RDSPasswordSource(
                region: region,
                credentials: try CredentialChain.standard(aws, region: region, transport: transport, logger: logger))
        } catch {
            throw ConfigurationError(error)
        }
    }

    /// libpq reads its own variables as they are, white space and all, and says of a host with a line break that it does not exist.
    private static func refuseSpace(_ settings: Settings) throws(ConfigurationError) {
        if let url = settings.string("DATABASE_URL", isSecret: true), url != url.trimmingSpace {
            throw ConfigurationError(
                variable: "DATABASE_URL",
                problem: "begins or ends with white space, which would become a part of it: take it out "
                    + "(a password may have it as %20, or in quotes)")
        }
        for variable in KnownSettings.ofPostgres.sorted() {
            guard let value = settings.given[variable], let problem = problem(value, of: variable) else { continue }
            throw ConfigurationError(variable: variable, problem: problem)
        }
    }

    private static func problem(_ value: String, of variable: String) -> String? {
        switch variable {
        // Blanks stand between options, so they may stand around them.
        case "PGOPTIONS": nil
        // Blanks may belong to a password. A line break comes from the file that it was read from.
        case "PGPASSWORD":
            value.last?.isNewline == true
                ? "ends with a line break, which would be sent as a part of the password: take it out" : nil
        default:
            value == value.trimmingSpace
                ? nil : "begins or ends with white space, which libpq would not leave out: take it out"
        }
    }
}
