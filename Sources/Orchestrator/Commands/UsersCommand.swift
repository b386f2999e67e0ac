import ArgumentParser
import Logging
import Postgres
import ServiceRuntime
import SyncCore
import SyncPipeline
import SyncStorage

/// `orchestrator users`: who is in the table.
struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users",
        abstract: "Shows one user of the table, or exports all.",
        subcommands: [Show.self, Export.self]
    )

    /// `orchestrator users show`: one user.
    struct Show: DatabaseCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows a user's row. Exit status 1 if no user has this name.")
        static let sessionName = "users show"

        @Argument(help: "The user's name, letter for letter.")
        var name: String

        @Flag(help: "One JSON object instead of text.")
        var json = false

        @OptionGroup var logging: LoggingOptions

        func run(on connection: PostgresConnection, logger: Logger) async throws {
            try await Migrator(connection: connection, logger: logger).requireCurrentSchema()
            guard let user = try await UserReader.reading(connection).user(named: name) else {
                throw SyncFailure("no user of that name: names are compared letter for letter")
            }
            guard !json else { return print(try SyncLogReport.encode(UserDocument(user: user))) }
            print(UserReport.lines(user, page: .standardOutput).joined(separator: "\n"))
        }
    }

    /// `orchestrator users export`: all users, or some.
    struct Export: DatabaseCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes users to standard output, one per line, ordered by name.",
            discussion: """
                The export reads page by page and keeps no transaction open. Users inserted or deleted during the export may be \
                missing. All others appear once. Exit status 0 means that the export is complete.
                """
        )
        static let sessionName = "users export"

        @Option(help: "jsonl (one object per line) or csv (a header, then one line per user).")
        var format = UserLines.Format.jsonl

        @Option(help: "true: only users marked as deleted; false: only the others.")
        var deleted: Bool?

        @Option(
            help: "Only users whose row changed at this time or later, for example 2026-01-31T12:00:00Z.",
            transform: Self.time)
        var changedSince: Int64?

        @Option(help: "Only users whose row was last written by the sync with this id.")
        var sync: Int64?

        @OptionGroup var logging: LoggingOptions

        func run(on connection: PostgresConnection, logger: Logger) async throws {
            try await Migrator(connection: connection, logger: logger).requireCurrentSchema()
            let reader = try await UserReader.reading(connection)
            let filter = UserFilter(deleted: deleted, changedSince: changedSince, syncID: sync)
            var export = UserExport(format: format, extraFields: reader.extraFields) {
                try await reader.exportPage(of: filter, after: $0)
            }
            while let lines = try await export.next() { try await ResultLines.write(lines) }
        }

        private static func time(_ text: String) throws -> Int64 {
            guard let time = RFC3339.microseconds(text) else {
                throw ValidationError("expected an RFC 3339 time, for example 2026-01-31T12:00:00Z")
            }
            return time
        }
    }
}

extension UserLines.Format: ExpressibleByArgument {}
