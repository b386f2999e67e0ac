import Postgres
import SyncCore

/// Reads rows of the users table, as a sync compares them, out of a binary COPY.
struct UserRowDecoder {
    /// The columns in the order of ``UserField/all``, which the decoder expects.
    static let columns: SQL = .list(UserField.all.map { "\($0.sql)::\($0.sqlType)" })

    /// Microseconds from 1970-01-01 to 2000-01-01, where PostgreSQL's `timestamptz` begins.
    private static let epoch: Int64 = 946_684_800_000_000

    private var reader = BinaryCopyReader(fieldCount: UserField.all.count)

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
            UserRecord(
                legacyID: legacyID ?? 0, userName: userName,
                email: email ?? UnsafeRawBufferPointer(start: nil, count: 0),
                createdAt: createdAt ?? 0, deleted: deleted ?? false),
            hasNull: legacyID == nil || email == nil || createdAt == nil || deleted == nil)
    }
}
