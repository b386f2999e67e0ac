import Postgres
import SyncCore

/// Finds users whose text PostgreSQL would truncate without an error.
///
/// Text that is too long for `varchar(n)` is an error, unless only blanks exceed the limit: those are cut off silently (PostgreSQL
/// manual, "Character Types"). A truncated name is another user's name.
enum ShortenedUsers {
    /// Queries the catalog only if a text ends in a blank.
    /// - Returns: the refusals, by the user's index in `users`.
    nonisolated(nonsending) static func find(
        in batch: DecodedBatch, _ users: [Int], on connection: PostgresConnection
    ) async throws -> [Int: Refusal] {
        let padded = users.indices.filter { isPadded(users[$0], in: batch) }
        guard !padded.isEmpty, let table = try await ExistingTable.read("users", on: connection) else { return [:] }
        var refusals: [Int: Refusal] = [:]
        for (place, field) in UserField.texts.enumerated() {
            guard let width = table.column(field.column)?.modifier else { continue }
            for user in padded where length(place, of: users[user], in: batch) > width {
                refusals[user] = refusal(width)
            }
        }
        for column in batch.extras.columns where column.column.kind == .text {
            guard let width = table.column(column.column.name)?.modifier else { continue }
            for user in padded where length(column, of: users[user]) > width { refusals[user] = refusal(width) }
        }
        return refusals
    }

    private static func refusal(_ width: Int) -> Refusal {
        Refusal(
            sqlState: "22001",
            message: "value too long for type character varying(\(width)): trailing blanks would be cut off")
    }

    private static func isPadded(_ user: Int, in batch: DecodedBatch) -> Bool {
        UserField.texts.indices.contains { place in
            batch.withText(place, of: user) { $0.last == UInt8(ascii: " ") }
        }
            || batch.extras.columns.contains { column in
                var isPadded = false
                if column.column.kind == .text { column.withText(of: user) { isPadded = $0.last == UInt8(ascii: " ") } }
                return isPadded
            }
    }

    /// In code points, as PostgreSQL counts characters.
    private static func length(_ place: Int, of user: Int, in batch: DecodedBatch) -> Int {
        batch.withText(place, of: user) { text in text.count { $0 & 0xC0 != 0x80 } }
    }

    private static func length(_ column: ExtraValues.Column, of user: Int) -> Int {
        var length = 0
        column.withText(of: user) { text in length = text.count { $0 & 0xC0 != 0x80 } }
        return length
    }
}
