extension JSONReader {
    /// A string literal that has been checked: its text between the quotation marks.
    struct StringLiteral {
        var range: Range<Int>
        var decodedLength: Int

        var hasEscapes: Bool { decodedLength != range.count }
    }

    /// Reads past a string and checks all of it: control characters, escapes, surrogate pairs.
    mutating func scanString() throws(JSONError) -> StringLiteral {
        skipWhiteSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw mismatch("a string") }
        let literal = try Self.checkedString(bytes.span, from: position + 1)
        position = literal.range.upperBound + 1
        return literal
    }

    private static func checkedString(_ bytes: Span<UInt8>, from start: Int) throws(JSONError) -> StringLiteral {
        var index = start
        var saved = 0
        while true {
            index = endOfPlainText(bytes, from: index)
            guard index < bytes.count else { throw JSONError(code: .unexpectedEnd, offset: index) }
            switch bytes[index] {
            case UInt8(ascii: "\""):
                return StringLiteral(range: start..<index, decodedLength: index - start - saved)
            case UInt8(ascii: "\\"):
                guard let escape = escape(bytes, at: index) else {
                    throw JSONError(code: index + 1 < bytes.count ? .invalidEscape : .unexpectedEnd, offset: index)
                }
                index += escape.length
                saved += escape.length - escape.scalar.utf8Length
            default:
                throw JSONError(code: .unexpectedByte, offset: index)
            }
        }
    }

    /// The value of a checked string that has escapes.
    func decode(_ text: StringLiteral) -> [UInt8] {
        let bytes = bytes.span
        return [UInt8](unsafeUninitializedCapacity: text.decodedLength) { buffer, count in
            var index = text.range.lowerBound
            let end = text.range.upperBound
            while index < end {
                let plainEnd = min(Self.endOfPlainText(bytes, from: index), end)
                while index < plainEnd {
                    buffer[count] = bytes[index]
                    count += 1
                    index += 1
                }
                guard index < end, let escape = Self.escape(bytes, at: index) else { break }
                index += escape.length
                for unit in UTF8.encode(escape.scalar.value) ?? UTF8.encodedReplacementCharacter {
                    buffer[count] = unit
                    count += 1
                }
            }
        }
    }

    /// The first byte from `start` on that is a quotation mark, a backslash or a control character; the end if there is none.
    @inline(__always)
    private static func endOfPlainText(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        let raw = bytes.bytes
        while index &+ 8 <= bytes.count {
            let plain = JSONEscaping.plainPrefix(raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            index &+= plain
            if plain < 8 { return index }
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            index &+= 1
        }
        return index
    }

    private struct EscapedScalar {
        var value: Unicode.Scalar

        var utf8Length: Int { UTF8.width(value) }
    }

    /// Reads the escape that starts with the backslash at `index`; `nil` when it is none, or half a surrogate pair.
    @inline(__always)
    private static func escape(_ bytes: Span<UInt8>, at index: Int) -> (scalar: EscapedScalar, length: Int)? {
        guard index + 1 < bytes.count else { return nil }
        let simple: Unicode.Scalar
        switch bytes[index + 1] {
        case UInt8(ascii: "\""): simple = "\""
        case UInt8(ascii: "\\"): simple = "\\"
        case UInt8(ascii: "/"): simple = "/"
        case UInt8(ascii: "b"): simple = "\u{8}"
        case UInt8(ascii: "f"): simple = "\u{C}"
        case UInt8(ascii: "n"): simple = "\n"
        case UInt8(ascii: "r"): simple = "\r"
        case UInt8(ascii: "t"): simple = "\t"
        case UInt8(ascii: "u"): return unicodeEscape(bytes, at: index)
        default: return nil
        }
        return (EscapedScalar(value: simple), 2)
    }

    private static func unicodeEscape(_ bytes: Span<UInt8>, at index: Int) -> (scalar: EscapedScalar, length: Int)? {
        guard let unit = codeUnit(bytes, at: index) else { return nil }
        if let scalar = Unicode.Scalar(unit) { return (EscapedScalar(value: scalar), 6) }
        // Not a scalar by itself: the first half of a pair, or an error.
        guard unit < 0xDC00, let low = codeUnit(bytes, at: index + 6), (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + ((UInt32(unit) - 0xD800) << 10) + (UInt32(low) - 0xDC00))
        else { return nil }
        return (EscapedScalar(value: scalar), 12)
    }

    /// The four hexadecimal digits of `\uXXXX` at `index`.
    private static func codeUnit(_ bytes: Span<UInt8>, at index: Int) -> UInt16? {
        guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
        else { return nil }
        var unit: UInt16 = 0
        for offset in 2..<6 {
            let digit: UInt8
            switch bytes[index + offset] {
            case let byte where byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case let byte where byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f"):
                digit = byte - UInt8(ascii: "a") + 10
            case let byte where byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "F"):
                digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
