import ArgumentParser
import Logging
import Postgres
import ServiceRuntime
import SyncStorage

/// `orchestrator migrate`: creates or upgrades the schema.
struct MigrateCommand: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Creates or upgrades the database schema; safe to run twice, and from two places at once."
    )

    @Flag(help: "One JSON object instead of text.")
    var json = false

    @OptionGroup var logging: LoggingOptions

    func run(on connection: PostgresConnection, logger: Logger) async throws {
        let applied = try await Migrator(connection: connection, logger: logger).migrate()
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
