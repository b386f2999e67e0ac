import CCrypto

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
    static let sql = """
        SELECT count(*) || ' ' || coalesce(sum(('x' || left(encode(sha256(convert_to(concat_ws(E'\\t',
            legacy_id, user_name, email, \(createdAtSQL), CASE WHEN deleted THEN 't' ELSE 'f' END), 'UTF8')), 'hex'), 16)
            )::bit(64)::bigint), 0)
        FROM users;
        """

    /// Prints the same rows as `expected --table` from the database, in the same order.
    static let tableSQL = """
        COPY (SELECT legacy_id, user_name, email, \(createdAtSQL), CASE WHEN deleted THEN 't' ELSE 'f' END
            FROM users ORDER BY user_name COLLATE "C") TO STDOUT;
        """

    private static let createdAtSQL =
        #"to_char(legacy_created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"#
}
