import Postgres
import SyncCore

/// Why the database refused a user.
struct Refusal: Sendable, Equatable {
    let sqlState: String
    /// The constraint that the user violates, when there is one.
    let constraint: String?
    /// The server's primary message. A trigger of another program may have put data of the user into it.
    let message: String

    private static let longestMessage = 500
    /// PostgreSQL's own names are shorter.
    private static let longestName = 100

    init(sqlState: String, constraint: String? = nil, message: String) {
        self.sqlState = sqlState
        // A trigger of another program may give any name.
        self.constraint = constraint.map { PrintableText.line($0, limit: Self.longestName) }
        self.message = PrintableText.line(message, limit: Self.longestMessage)
    }

    /// - Returns: nil when the error is not about a row: then nobody is set aside for it.
    init?(_ error: PostgresError) {
        guard error.scope(ownTables: ["sync_batches", "sync_logs", "sync_refusals"]) == .row else { return nil }
        // A parameter that cannot even be sent has no SQLSTATE: data_exception.
        self.init(sqlState: error.sqlState ?? "22000", constraint: error.constraint, message: error.message)
    }

    /// The table took no row under the user's name and reported no error: no_data.
    static let suppressed = Refusal(
        sqlState: "02000",
        message:
            "the row was not written and nothing was reported: a trigger of the table suppresses it, or changes its name"
    )

    /// Whether other users of the batch, or another transaction, may be the reason, so that a second try may succeed.
    var mayPass: Bool { sqlState.hasPrefix("23") || self == Self.suppressed }

    /// Whether the database's encoding lacks a character, so that it cannot store the user's name either.
    var isUntranslatable: Bool { sqlState == "22P05" }
}

/// So many users of a batch were refused that the users are not the cause. Nothing of the batch was applied.
package struct TooManyRefusals: Error, Equatable, CustomStringConvertible {
    /// Users refused when the search ended; there may be more.
    package let refused: Int
    /// Distinct users of the batch.
    package let users: Int
    let example: Refusal

    /// More than this share and more than this number of users: then the cause is not the users.
    package static func isReached(_ refused: Int, of users: Int) -> Bool { refused > 10 && refused * 10 > users }

    package var description: String {
        let constraint = example.constraint.map { ", constraint \($0)" } ?? ""
        return
            "the database refuses more than one user in ten of this batch, so the cause is not the users: \(example.message) "
            + "(SQLSTATE \(example.sqlState)\(constraint)). Nothing of the batch was applied; "
            + "change the table or the source, then run 'orchestrator dead-letters redrive'"
    }
}
