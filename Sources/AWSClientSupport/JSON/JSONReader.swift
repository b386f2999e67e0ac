/// Reads one JSON document from bytes, value by value, in the order it is written.
///
/// Strict (RFC 8259) and safe against hostile documents: size and depth are limited, the whole is
/// checked to be UTF-8 first, and everything wrong is a ``JSONError``. Nothing is built but what is asked
/// for: a message body goes from the response's bytes straight to bytes of its own.
package struct JSONReader: Sendable {
    package struct Limits: Sendable {
        /// Longest document, in bytes.
        package var maximumBytes: Int
        /// How deep arrays and objects may nest.
        package var maximumDepth: Int

        package init(maximumBytes: Int = 32 << 20, maximumDepth: Int = 32) {
            self.maximumBytes = maximumBytes
            self.maximumDepth = maximumDepth
        }
    }

    package enum Kind: Sendable {
        case object, array, string, number, boolean, null
    }

    let bytes: [UInt8]
    var position = 0
    private var depth = 0
    private let limits: Limits

    package init(_ bytes: [UInt8], limits: Limits = .init()) throws(JSONError) {
        guard bytes.count <= limits.maximumBytes else { throw JSONError(code: .tooLarge, offset: limits.maximumBytes) }
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            throw JSONError(code: .invalidUTF8, offset: error.byteOffsets.lowerBound)
        }
        self.bytes = bytes
        self.limits = limits
    }

    // MARK: Structure

    /// Reads an object, handing each member's name to `member`, which must read or skip exactly one value.
    package mutating func readObject(
        _ member: (_ name: String, _ reader: inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        try open(UInt8(ascii: "{"), "an object")
        if try !closes(UInt8(ascii: "}")) {
            repeat {
                let name = try readString()
                try expect(UInt8(ascii: ":"))
                try member(name, &self)
            } while try continues(until: UInt8(ascii: "}"))
        }
        depth -= 1
    }

    /// Reads an array, calling `element` at each element, which must read or skip exactly one value.
    package mutating func readArray(
        _ element: (_ reader: inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        try open(UInt8(ascii: "["), "an array")
        if try !closes(UInt8(ascii: "]")) {
            repeat { try element(&self) } while try continues(until: UInt8(ascii: "]"))
        }
        depth -= 1
    }

    /// Checks that nothing but white space is left.
    package mutating func finish() throws(JSONError) {
        skipWhiteSpace()
        guard position == bytes.count else { throw JSONError(code: .trailingBytes, offset: position) }
    }

    /// The kind of the value that comes next; `nil` at the end or at a byte that starts no value.
    package mutating func peek() -> Kind? {
        skipWhiteSpace()
        guard position < bytes.count else { return nil }
        switch bytes[position] {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        default: return nil
        }
    }

    // MARK: Values

    package mutating func readString() throws(JSONError) -> String {
        let text = try scanString()
        guard text.hasEscapes else { return String(decoding: bytes[text.range], as: UTF8.self) }
        return String(decoding: decode(text), as: UTF8.self)
    }

    /// Reads a string as the UTF-8 bytes of its value.
    package mutating func readStringBytes() throws(JSONError) -> [UInt8] {
        let text = try scanString()
        return text.hasEscapes ? decode(text) : Array(bytes[text.range])
    }

    /// Reads a string; `null` gives `nil`.
    package mutating func readOptionalString() throws(JSONError) -> String? {
        if peek() == .null {
            try skipValue()
            return nil
        }
        return try readString()
    }

    package mutating func readBoolean() throws(JSONError) -> Bool {
        skipWhiteSpace()
        if consumeLiteral("true") { return true }
        if consumeLiteral("false") { return false }
        throw mismatch("a boolean")
    }

    /// Reads an integer literal (no fraction, no exponent) that fits 64 bits.
    package mutating func readInteger() throws(JSONError) -> Int64 {
        skipWhiteSpace()
        let start = position
        guard try scanNumber() else { throw JSONError(code: .typeMismatch(expected: "an integer"), offset: start) }
        guard let value = Int64(String(decoding: bytes[start..<position], as: UTF8.self)) else {
            throw JSONError(code: .invalidNumber, offset: start)
        }
        return value
    }

    /// Reads an object of strings; members of other types are left out.
    package mutating func readStrings() throws(JSONError) -> [String: String] {
        var values: [String: String] = [:]
        try readObject { name, reader throws(JSONError) in
            if reader.peek() == .string {
                values[name] = try reader.readString()
            } else {
                try reader.skipValue()
            }
        }
        return values
    }

    /// Reads past one value of any kind, checking it on the way.
    package mutating func skipValue() throws(JSONError) {
        switch peek() {
        case .object: try readObject { _, reader throws(JSONError) in try reader.skipValue() }
        case .array: try readArray { reader throws(JSONError) in try reader.skipValue() }
        case .string: _ = try scanString()
        case .number: _ = try scanNumber()
        case .boolean: _ = try readBoolean()
        case .null: if !consumeLiteral("null") { throw mismatch("null") }
        case nil: throw mismatch("a value")
        }
    }

    // MARK: Bytes

    mutating func skipWhiteSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    func mismatch(_ expected: String) -> JSONError {
        JSONError(code: position < bytes.count ? .typeMismatch(expected: expected) : .unexpectedEnd, offset: position)
    }

    private mutating func open(_ byte: UInt8, _ what: String) throws(JSONError) {
        skipWhiteSpace()
        guard position < bytes.count, bytes[position] == byte else { throw mismatch(what) }
        guard depth < limits.maximumDepth else { throw JSONError(code: .tooDeep, offset: position) }
        depth += 1
        position += 1
    }

    private mutating func closes(_ byte: UInt8) throws(JSONError) -> Bool {
        skipWhiteSpace()
        guard position < bytes.count else { throw JSONError(code: .unexpectedEnd, offset: position) }
        guard bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func continues(until end: UInt8) throws(JSONError) -> Bool {
        if try closes(end) { return false }
        try expect(UInt8(ascii: ","))
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        skipWhiteSpace()
        guard position < bytes.count else { throw JSONError(code: .unexpectedEnd, offset: position) }
        guard bytes[position] == byte else { throw JSONError(code: .unexpectedByte, offset: position) }
        position += 1
    }

    private mutating func consumeLiteral(_ literal: StaticString) -> Bool {
        let length = literal.utf8CodeUnitCount
        guard bytes.count - position >= length else { return false }
        for index in 0..<length where bytes[position + index] != literal.utf8Start[index] { return false }
        position += length
        return true
    }

    /// Reads past a number by the grammar of RFC 8259; false when there is none.
    private mutating func scanNumber() throws(JSONError) -> Bool {
        let start = position
        if byte(at: position) == UInt8(ascii: "-") { position += 1 }
        guard let first = byte(at: position), isDigit(first) else {
            if position == start { return false }
            throw JSONError(code: .invalidNumber, offset: start)
        }
        position += 1
        if first != UInt8(ascii: "0") { skipDigits() }
        if byte(at: position) == UInt8(ascii: ".") {
            position += 1
            guard skipDigits() else { throw JSONError(code: .invalidNumber, offset: start) }
        }
        if byte(at: position) == UInt8(ascii: "e") || byte(at: position) == UInt8(ascii: "E") {
            position += 1
            if byte(at: position) == UInt8(ascii: "+") || byte(at: position) == UInt8(ascii: "-") { position += 1 }
            guard skipDigits() else { throw JSONError(code: .invalidNumber, offset: start) }
        }
        return true
    }

    @discardableResult
    private mutating func skipDigits() -> Bool {
        let start = position
        while let digit = byte(at: position), isDigit(digit) { position += 1 }
        return position > start
    }

    private func byte(at index: Int) -> UInt8? {
        index < bytes.count ? bytes[index] : nil
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
