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
        abstract: "Shows a user as the table holds it, or writes all users out.",
        subcommands: [Show.self, Export.self]
    )

    /// `orchestrator users show`: one user.
    struct Show: DatabaseCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows what the table holds of a user; exit status 1 when there is no such user.")
        static let sessionName = "users show"

        @Argument(help: "The user's name, letter for letter.")
        var name: String

        @Flag(help: "One JSON object instead of text.")
        var json = false

        @OptionGroup var logging: LoggingOptions

        func run(on connection: PostgresConnection, logger: Logger) async throws {
            try await Migrator(connection: connection, logger: logger).requireCurrentSchema()
            guard let user = try await UserReader(connection: connection).user(named: name) else {
                throw SyncFailure("there is no user of that name")
            }
            guard !json else { return print(try SyncLogReport.encode(UserDocument(user: user))) }
            print(UserReport.lines(user, page: .standardOutput).joined(separator: "\n"))
        }
    }

    /// `orchestrator users export`: all users, or some.
    struct Export: DatabaseCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes users to standard output, by name, a line each.",
            discussion: """
                Page by page, so no transaction stays open: a user who comes or goes meanwhile may be in it or not, all others \
                are in it once. Exit status 0 says that it is complete.
                """
        )
        static let sessionName = "users export"

        @Option(help: "jsonl (an object a line) or csv (a line of names, then a line for each user).")
        var format = UserLines.Format.jsonl

        @Option(help: "true: only users who are marked as deleted; false: only those who are not.")
        var deleted: Bool?

        @Option(
            help: "Only users whose row was changed then or later, such as 2026-01-31T12:00:00Z.",
            transform: Self.time)
        var changedSince: Int64?

        @Option(help: "Only users whose row this sync wrote last; its id.")
        var sync: Int64?

        @OptionGroup var logging: LoggingOptions

        func run(on connection: PostgresConnection, logger: Logger) async throws {
            try await Migrator(connection: connection, logger: logger).requireCurrentSchema()
            let reader = UserReader(connection: connection)
            let filter = UserFilter(deleted: deleted, changedSince: changedSince, syncID: sync)
            var export = UserExport(format: format) { try await reader.exportPage(of: filter, after: $0) }
            while let lines = try await export.next() { try await ResultLines.write(lines) }
        }

        private static func time(_ text: String) throws -> Int64 {
            guard let time = RFC3339.microseconds(text) else {
                throw ValidationError("write a time as RFC 3339 does, such as 2026-01-31T12:00:00Z")
            }
            return time
        }
    }
}

extension UserLines.Format: ExpressibleByArgument {}
