import Postgres
import SyncCore

/// Finds the users of whom the table would store less than was sent, without a word.
///
/// A text that is too long for a `varchar(n)` is an error, but blanks beyond its n-th character are cut off in silence, as the SQL
/// standard demands (PostgreSQL's documentation, "Character Types"). Such a name would be another one in the table.
enum ShortenedUsers {
    /// Asks the database only when a text ends in a blank.
    /// - Returns: why each is refused, by the user's place in `users`.
    nonisolated(nonsending) static func find(
        in batch: DecodedBatch, _ users: [Int], on connection: PostgresConnection
    ) async throws -> [Int: Refusal] {
        let padded = users.indices.filter { isPadded(users[$0], in: batch) }
        guard !padded.isEmpty, let table = try await ExistingTable.read("users", on: connection) else { return [:] }
        var refusals: [Int: Refusal] = [:]
        for (place, field) in UserField.texts.enumerated() {
            guard let width = table.column(field.column)?.modifier else { continue }
            for user in padded where length(place, of: users[user], in: batch) > width {
                refusals[user] = Refusal(
                    sqlState: "22001",
                    message: "value too long for type character varying(\(width)): blanks at its end would be cut off")
            }
        }
        return refusals
    }

    private static func isPadded(_ user: Int, in batch: DecodedBatch) -> Bool {
        UserField.texts.indices.contains { place in
            batch.withText(place, of: user) { $0.last == UInt8(ascii: " ") }
        }
    }

    /// In characters, as PostgreSQL counts them: code points.
    private static func length(_ place: Int, of user: Int, in batch: DecodedBatch) -> Int {
        batch.withText(place, of: user) { text in text.count { $0 & 0xC0 != 0x80 } }
    }
}
