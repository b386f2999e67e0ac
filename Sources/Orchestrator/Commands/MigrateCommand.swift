import ArgumentParser
import Logging
import Postgres
import ServiceRuntime
import SyncStorage

/// `orchestrator migrate`: creates or upgrades the schema.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Creates or upgrades the database schema; safe to run twice, and from two places at once.",
        discussion: """
            It also adds the columns of SYNC_EXTRA_FIELDS to users and records them. A field that is no longer named keeps its \
            column. Run infra/sql/grants.sql afterwards, if each program has its own role.
            """
    )

    @Flag(help: "One JSON object instead of text.")
    var json = false

    @OptionGroup var fields: ExtraFieldOptions
    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        try await CommandFailure.reporting {
            let settings = Settings(fields, logging)
            try LoggingSetup.bootstrap(settings)
            let extraFields = try ExtraFieldOptions.fields(settings)
            let configuration = try DatabaseSettings.patientConfiguration(
                settings, applicationName: "user-sync migrate")
            let logger = Logger(label: "orchestrator")
            let applied = try await PostgresConnection.withConnection(configuration, logger: logger) { connection in
                try await connection.checkSession(configuration, logger: logger)
                return try await Migrator(connection: connection, logger: logger).migrate(extraFields)
            }
            try show(applied)
        }
    }

    private func show(_ applied: [String]) throws {
        if json {
            print(try SyncLogReport.encode(MigrationDocument(version: Migrator.latestVersion, applied: applied)))
        } else if applied.isEmpty {
            print("schema is up to date (version \(Migrator.latestVersion))")
        } else {
            print("schema is now version \(Migrator.latestVersion): \(applied.joined(separator: "; "))")
        }
    }
}

/// The stable JSON form of what `migrate` did.
struct MigrationDocument: Encodable {
    /// The version that the schema has now.
    let version: Int32
    /// The names of the steps applied now.
    let applied: [String]
}
