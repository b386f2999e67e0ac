import Postgres
import SyncCore

/// Reads rows of the users table out of a binary COPY.
///
/// The format is fixed by [COPY, Binary Format](https://www.postgresql.org/docs/current/sql-copy.html): a signature, flags,
/// an extension area, then each row as a count of fields and each field as its length and bytes; all numbers big-endian.
struct UserRowDecoder {
    /// The columns in the order in which the decoder expects them.
    static let columns: SQL = "user_name::text, legacy_id::bigint, email::text, legacy_created_at, deleted"

    private static let signature: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00]
    /// Microseconds from 1970-01-01 to 2000-01-01, where PostgreSQL's `timestamptz` begins.
    private static let epoch: Int64 = 946_684_800_000_000
    private static let fieldCount = 5

    private var isPastHeader = false

    /// Takes a chunk of whole rows, as `PostgresConnection.copyOut` hands them out.
    mutating func decode(_ chunk: [UInt8], _ body: (TableUser) throws -> Void) throws {
        try chunk.withUnsafeBytes { bytes in
            var reader = Reader(bytes: bytes)
            if !isPastHeader {
                try reader.expect(Self.signature)
                guard try reader.number(Int32.self) == 0 else { throw UserTableError.unreadable("unknown flags") }
                _ = try reader.field(Int(reader.number(Int32.self)))
                isPastHeader = true
            }
            while !reader.isAtEnd {
                let count = try reader.number(Int16.self)
                // The trailer.
                if count == -1 { continue }
                guard count == Self.fieldCount else { throw UserTableError.unreadable("\(count) fields in a row") }
                try body(reader.user())
            }
        }
    }

    private struct Reader {
        let bytes: UnsafeRawBufferPointer
        var position = 0

        init(bytes: UnsafeRawBufferPointer) {
            self.bytes = bytes
        }

        var isAtEnd: Bool { position == bytes.count }

        mutating func user() throws -> TableUser {
            guard let userName = try optionalField() else { throw UserTableError.unreadable("a user without a name") }
            let legacyID = try optionalNumber(Int64.self)
            let email = try optionalField()
            // The extremes stand for "infinity", which no record has.
            let createdAt = try optionalNumber(Int64.self).map { time in
                time == .min ? .min : time.addingReportingOverflow(epoch).overflow ? .max : time + epoch
            }
            let deleted = try optionalNumber(UInt8.self).map { $0 != 0 }
            return TableUser(
                userName: userName, legacyID: legacyID, email: email, createdAt: createdAt, deleted: deleted)
        }

        mutating func expect(_ expected: [UInt8]) throws {
            guard try field(expected.count).elementsEqual(expected) else {
                throw UserTableError.unreadable("no signature of a binary COPY")
            }
        }

        mutating func number<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type) throws -> Value {
            let field = try field(MemoryLayout<Value>.size)
            return Value(bigEndian: field.loadUnaligned(as: Value.self))
        }

        mutating func field(_ count: Int) throws -> UnsafeRawBufferPointer {
            guard count >= 0, count <= bytes.count - position else {
                throw UserTableError.unreadable("a row that ends too early")
            }
            defer { position += count }
            return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
        }

        /// nil for NULL.
        private mutating func optionalField() throws -> UnsafeRawBufferPointer? {
            let length = try number(Int32.self)
            return length == -1 ? nil : try field(Int(length))
        }

        private mutating func optionalNumber<Value: FixedWidthInteger & BitwiseCopyable>(
            _: Value.Type
        ) throws -> Value? {
            guard let field = try optionalField() else { return nil }
            guard field.count == MemoryLayout<Value>.size else {
                throw UserTableError.unreadable("a value of \(field.count) bytes")
            }
            return Value(bigEndian: field.loadUnaligned(as: Value.self))
        }
    }
}
