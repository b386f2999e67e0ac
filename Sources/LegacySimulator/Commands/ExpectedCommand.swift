import ArgumentParser
import Foundation

/// Prints what the table must hold after a sync, without reading any stream.
struct ExpectedCommand: AsyncParsableCommand {
    enum Output: String, EnumerableFlag {
        case table, digest, summary, tableSQL, digestSQL

        static func name(for value: Output) -> NameSpecification {
            switch value {
            case .tableSQL: .customLong("table-sql")
            case .digestSQL: .customLong("digest-sql")
            case .table, .digest, .summary: .long
            }
        }

        static func help(for value: Output) -> ArgumentHelp? {
            switch value {
            case .table:
                "The rows as PostgreSQL COPY text, sorted by the bytes of the user name: legacy_id, user_name, email, legacy_created_at (UTC, microseconds), deleted (t or f), then the columns of --own-fields."
            case .digest: "One line: the number of rows and a digest of them all."
            case .summary: "JSON: what a reader of the stream must count."
            case .tableSQL: "The SQL that prints the same rows from the database."
            case .digestSQL: "The SQL that prints the same line as --digest from the database."
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "expected",
        abstract: "Prints the table that a sync of this source must give.",
        discussion: """
            For each user name the record with the newest createdAt counts, on a tie the later one in the stream. \
            The digest adds up, over all rows, the first eight bytes (as a signed number) of the SHA-256 of the columns joined \
            by tabs, of --own-fields with = before a value and - for NULL; compare it with `psql -qAtc "$(legacy-simulator expected --digest-sql)"`.
            """
    )

    @Flag(exclusivity: .exclusive)
    var output = Output.table

    @OptionGroup(title: "Data")
    var data: DataOptions

    func run() async throws {
        switch output {
        case .table:
            var table = ExpectedTable(data.profile)
            table.sortByUserName()
            var out = StandardOutput()
            try table.forEachCopyLine { try out.write($0) }
            try out.flush()
        case .digest:
            guard let digest = ExpectedDigest(of: ExpectedTable(data.profile)) else {
                throw CommandFailure("libcrypto offers no SHA-256 here; use `expected --table` instead")
            }
            print(digest.line)
        case .summary:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            print(String(decoding: try encoder.encode(ExpectedSummary(data.profile)), as: UTF8.self))
        case .tableSQL:
            print(ExpectedDigest.tableSQL(own: data.profile.own.fields))
        case .digestSQL:
            print(ExpectedDigest.sql(own: data.profile.own.fields))
        }
    }
}
