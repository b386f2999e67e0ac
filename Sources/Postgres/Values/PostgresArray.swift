/// A one-dimensional array parameter, kept in PostgreSQL's binary wire form from the first append on.
///
/// Appending an element writes its bytes in place: nothing is allocated for an element, and the finished buffer goes to
/// libpq as it is. Layout (`array_send` in PostgreSQL's `src/backend/utils/adt/arrayfuncs.c`), all big-endian:
/// dimensions, has-nulls flag, element type, then for the one dimension its length and lower bound, then each element
/// as a 32-bit byte count (-1 for null) and its bytes.
package struct PostgresArray: Sendable {
    /// What the array holds.
    package enum Element: Sendable {
        case int8, text, bool, timestamptz

        var oid: UInt32 {
            switch self {
            case .int8: PostgresTypeOID.int8
            case .text: PostgresTypeOID.text
            case .bool: PostgresTypeOID.bool
            case .timestamptz: PostgresTypeOID.timestamptz
            }
        }

        var arrayOID: UInt32 {
            switch self {
            case .int8: PostgresTypeOID.int8Array
            case .text: PostgresTypeOID.textArray
            case .bool: PostgresTypeOID.boolArray
            case .timestamptz: PostgresTypeOID.timestamptzArray
            }
        }

        /// Bytes of a value on the wire, 0 where they vary.
        var valueSize: Int {
            switch self {
            case .int8, .timestamptz: 8
            case .bool: 1
            case .text: 0
            }
        }
    }

    static let emptyHeaderSize = 12
    static let headerSize = 20

    package let element: Element
    /// Elements appended so far.
    package private(set) var count = 0
    /// The buffer, zeros after `used`: grown by doubling, so that an append is a few stores.
    private var bytes: [UInt8]
    private var used = PostgresArray.headerSize

    /// - Parameters:
    ///   - element: the element type; appending another type is a programming error and stops the process.
    ///   - capacity: elements to make room for at once.
    ///   - byteCapacity: for texts, bytes of all of them together to make room for.
    package init(of element: Element, capacity: Int = 0, byteCapacity: Int = 0) {
        self.element = element
        let room = Self.headerSize + max(0, capacity) * (4 + element.valueSize) + max(0, byteCapacity)
        bytes = [UInt8](repeating: 0, count: max(64, room))
        store(element.oid, at: 8)
        store(UInt32(1), at: 16)
    }

    /// Appends a number to an array of int8.
    package mutating func append(_ value: Int64) {
        precondition(element == .int8, "an array of \(element) takes no int8")
        appendEightBytes(UInt64(bitPattern: value))
    }

    /// Appends a boolean to an array of bool.
    package mutating func append(_ value: Bool) {
        precondition(element == .bool, "an array of \(element) takes no bool")
        makeRoom(5)
        store(UInt32(1), at: used)
        bytes[used + 4] = value ? 1 : 0
        used += 5
        counted()
    }

    /// Appends a text to an array of text: valid UTF-8 without NUL, or the server will refuse the statement.
    package mutating func append(utf8 value: UnsafeRawBufferPointer) {
        precondition(element == .text, "an array of \(element) takes no text")
        makeRoom(4 + value.count)
        store(UInt32(truncatingIfNeeded: value.count), at: used)
        let start = used + 4
        bytes.withUnsafeMutableBytes { UnsafeMutableRawBufferPointer(rebasing: $0[start...]).copyMemory(from: value) }
        used = start + value.count
        counted()
    }

    /// Appends a text to an array of text.
    package mutating func append(_ value: String) {
        var value = value
        value.withUTF8 { append(utf8: UnsafeRawBufferPointer($0)) }
    }

    /// Appends a time to an array of timestamptz.
    package mutating func append(microsecondsSinceUnixEpoch microseconds: Int64) {
        precondition(element == .timestamptz, "an array of \(element) takes no timestamptz")
        let wire = PostgresTimestamp.wire(microsecondsSinceUnixEpoch: microseconds)
        appendEightBytes(UInt64(bitPattern: wire))
    }

    /// Appends NULL to an array of any element type.
    package mutating func appendNull() {
        makeRoom(4)
        store(UInt32.max, at: used)
        used += 4
        store(UInt32(1), at: 4)
        counted()
    }

    /// Takes out every element and keeps the memory.
    package mutating func removeAll() {
        used = Self.headerSize
        count = 0
        store(UInt32(0), at: 0)
        store(UInt32(0), at: 4)
    }

    /// Bytes on the wire. An empty array has no dimension, so its header is shorter.
    package var byteCount: Int { count == 0 ? Self.emptyHeaderSize : used }

    /// Calls `body` with the finished wire form.
    func withWireBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[..<byteCount])) }
    }

    private mutating func appendEightBytes(_ value: UInt64) {
        makeRoom(12)
        let start = used
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: UInt32(8).bigEndian, toByteOffset: start, as: UInt32.self)
            $0.storeBytes(of: value.bigEndian, toByteOffset: start + 4, as: UInt64.self)
        }
        used = start + 12
        counted()
    }

    private mutating func counted() {
        count += 1
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: UInt32(1).bigEndian, as: UInt32.self)
            $0.storeBytes(of: UInt32(truncatingIfNeeded: count).bigEndian, toByteOffset: 12, as: UInt32.self)
        }
    }

    private mutating func store(_ value: UInt32, at offset: Int) {
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self) }
    }

    private mutating func makeRoom(_ size: Int) {
        guard used + size > bytes.count else { return }
        let wanted = max(bytes.count * 2, used + size)
        bytes.append(contentsOf: repeatElement(0, count: wanted - bytes.count))
    }
}
