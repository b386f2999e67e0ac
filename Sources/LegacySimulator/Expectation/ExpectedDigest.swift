import CCrypto
import SyncCore

/// A digest of the whole table that does not depend on the order of rows, so that PostgreSQL can compute it in one scan.
///
/// Of each row's SHA-256 the first eight bytes, read as a signed big-endian number, are added up. Equal count and sum mean equal
/// tables short of a deliberate forgery.
struct ExpectedDigest: Sendable, Equatable {
    private(set) var count = 0
    private(set) var sum: Int128 = 0

    /// Nil when libcrypto has no SHA-256, as a build restricted by policy may not.
    init?(of table: ExpectedTable) {
        guard let sha256 = EVP_MD_fetch(nil, "SHA256", nil) else { return nil }
        defer { EVP_MD_free(sha256) }
        var failed = false
        table.forEachDigestLine { line in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(EVP_MAX_MD_SIZE)) { digest in
                guard EVP_Digest(line.baseAddress, line.count, digest.baseAddress, nil, sha256, nil) == 1 else {
                    failed = true
                    return
                }
                var head: UInt64 = 0
                for byte in digest.prefix(8) { head = head << 8 | UInt64(byte) }
                sum += Int128(Int64(bitPattern: head))
                count += 1
            }
        }
        if failed { return nil }
    }

    /// Count and sum, separated by a space.
    var line: String { "\(count) \(sum)" }

    /// Prints the same line from the database.
    static let sql = sql(own: [])

    /// Prints the same rows as `expected --table` from the database, in the same order.
    static let tableSQL = tableSQL(own: [])

    static func sql(own fields: [UserField]) -> String {
        let own = fields.map { ", coalesce('=' || \(text(of: $0)), '-')" }.joined()
        return """
            SELECT count(*) || ' ' || coalesce(sum(('x' || left(encode(sha256(convert_to(concat_ws(E'\\t',
                legacy_id, user_name, email, \(createdAtSQL), CASE WHEN deleted THEN 't' ELSE 'f' END\(own)), 'UTF8')), 'hex'), 16)
                )::bit(64)::bigint), 0)
            FROM users;
            """
    }

    static func tableSQL(own fields: [UserField]) -> String {
        let own = fields.map { ", \(text(of: $0))" }.joined()
        return """
            COPY (SELECT legacy_id, user_name, email, \(createdAtSQL), CASE WHEN deleted THEN 't' ELSE 'f' END\(own)
                FROM users ORDER BY user_name COLLATE "C") TO STDOUT;
            """
    }

    /// A column's value as text; NULL stays NULL. The column's name holds nothing but letters, digits and `_`.
    private static func text(of field: UserField) -> String {
        let column = "\"\(field.column)\""
        return switch field.kind {
        case .text, .integer: "\(column)::text"
        case .number: "trim_scale(\(column))::text"
        case .boolean: "CASE WHEN \(column) THEN 't' WHEN NOT \(column) THEN 'f' END"
        case .timestamp: utc(column)
        }
    }

    private static let createdAtSQL = utc("legacy_created_at")

    private static func utc(_ column: String) -> String {
        #"to_char(\#(column) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"#
    }
}
