import Postgres
import SyncCore

/// Reads rows of the users table, as a sync compares them, out of a binary COPY.
struct UserRowDecoder {
    /// The columns in the order in which the decoder expects them.
    static let columns: SQL = "user_name::text, legacy_id::bigint, email::text, legacy_created_at, deleted"

    /// Microseconds from 1970-01-01 to 2000-01-01, where PostgreSQL's `timestamptz` begins.
    private static let epoch: Int64 = 946_684_800_000_000

    private var reader = BinaryCopyReader(fieldCount: 5)

    /// Takes a chunk of whole rows, as `PostgresConnection.copyOut` hands them out.
    mutating func decode(_ chunk: [UInt8], _ body: (TableUser) throws -> Void) throws {
        try reader.rows(of: chunk) { try body(Self.user(&$0)) }
    }

    private static func user(_ fields: inout BinaryCopyReader.Fields) throws -> TableUser {
        guard let userName = try fields.next() else { throw UserTableError.unreadable("a user without a name") }
        let legacyID = try fields.next(as: Int64.self)
        let email = try fields.next()
        // The extremes stand for "infinity", which no record has.
        let createdAt = try fields.next(as: Int64.self).map { time in
            time == .min ? .min : time.addingReportingOverflow(epoch).overflow ? .max : time + epoch
        }
        let deleted = try fields.next(as: UInt8.self).map { $0 != 0 }
        return TableUser(
            userName: userName, legacyID: legacyID, email: email, createdAt: createdAt, deleted: deleted)
    }
}
