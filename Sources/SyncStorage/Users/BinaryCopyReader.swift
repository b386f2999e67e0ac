/// Reads the rows of a binary COPY out of its chunks.
///
/// The format is fixed by [COPY, Binary Format](https://www.postgresql.org/docs/current/sql-copy.html): a signature, flags,
/// an extension area, then each row as a count of fields and each field as its length and bytes; all numbers big-endian.
struct BinaryCopyReader {
    private static let signature: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00]

    /// Columns that each row has.
    let fieldCount: Int
    private var isPastHeader = false

    init(fieldCount: Int) {
        self.fieldCount = fieldCount
    }

    /// Takes a chunk of whole rows, as `PostgresConnection.copyOut` hands them out.
    /// - Parameter body: reads the fields of one row, all of them, in their order.
    /// - Throws: ``UserTableError/unreadable(_:)``, and what `body` throws.
    mutating func rows(of chunk: [UInt8], _ body: (inout Fields) throws -> Void) throws {
        try chunk.withUnsafeBytes { bytes in
            var fields = Fields(bytes: bytes)
            if !isPastHeader {
                guard try fields.take(Self.signature.count).elementsEqual(Self.signature) else {
                    throw UserTableError.unreadable("no signature of a binary COPY")
                }
                guard try fields.number(Int32.self) == 0 else { throw UserTableError.unreadable("unknown flags") }
                _ = try fields.take(Int(fields.number(Int32.self)))
                isPastHeader = true
            }
            while !fields.isAtEnd {
                let count = try fields.number(Int16.self)
                // The trailer.
                if count == -1 { continue }
                guard count == fieldCount else { throw UserTableError.unreadable("\(count) fields in a row") }
                try body(&fields)
            }
        }
    }

    /// The fields of a row, one after the other.
    struct Fields {
        private let bytes: UnsafeRawBufferPointer
        private var position = 0

        fileprivate init(bytes: UnsafeRawBufferPointer) {
            self.bytes = bytes
        }

        fileprivate var isAtEnd: Bool { position == bytes.count }

        /// The bytes of the next field, valid while the row is read; nil for NULL.
        mutating func next() throws -> UnsafeRawBufferPointer? {
            let length = try number(Int32.self)
            return length == -1 ? nil : try take(Int(length))
        }

        /// The next field as a number; nil for NULL.
        mutating func next<Value: FixedWidthInteger & BitwiseCopyable>(as _: Value.Type) throws -> Value? {
            guard let field = try next() else { return nil }
            guard field.count == MemoryLayout<Value>.size else {
                throw UserTableError.unreadable("a value of \(field.count) bytes")
            }
            return Value(bigEndian: field.loadUnaligned(as: Value.self))
        }

        fileprivate mutating func number<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type) throws -> Value {
            let field = try take(MemoryLayout<Value>.size)
            return Value(bigEndian: field.loadUnaligned(as: Value.self))
        }

        fileprivate mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
            guard count >= 0, count <= bytes.count - position else {
                throw UserTableError.unreadable("a row that ends too early")
            }
            defer { position += count }
            return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
        }
    }
}
