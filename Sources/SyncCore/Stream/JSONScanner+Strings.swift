extension JSONScanner {
    /// Skips the rest of a string whose opening quote lies just before `start`; `next` is after the closing quote.
    ///
    /// Checks everything that RFC 8259 asks of a string, escapes and UTF-8 included, except that surrogates come in
    /// pairs, which its grammar leaves open.
    @inline(__always)
    static func string(_ start: Position, _ end: Position) throws(Failure) -> (next: Position, hasEscapes: Bool) {
        var position = start
        while end - position >= 8 {
            let special = specialBytes(word(position))
            if special == 0 {
                position += 8
                continue
            }
            position += special.trailingZeroBitCount &>> 3
            if position.pointee == UInt8(ascii: "\"") { return (position + 1, false) }
            break
        }
        return try stringWithSpecials(position, end)
    }

    /// Goes on from anywhere inside a string, one byte at a time where bytes are not plain.
    @inline(never)
    private static func stringWithSpecials(
        _ start: Position, _ end: Position
    ) throws(Failure) -> (next: Position, hasEscapes: Bool) {
        var position = start
        var hasEscapes = false
        while position < end {
            let byte = position.pointee
            switch byte {
            case UInt8(ascii: "\""):
                return (position + 1, hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                position = try escape(position + 1, end)
            case 0..<0x20:
                throw .invalid(position)
            case 0x80...:
                position = try multibyteScalar(position, end)
            default:
                position += 1
                while end - position >= 8 {
                    let special = specialBytes(word(position))
                    if special != 0 {
                        position += special.trailingZeroBitCount &>> 3
                        break
                    }
                    position += 8
                }
            }
        }
        throw .incomplete
    }

    @inline(__always)
    private static func word(_ position: Position) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(position).loadUnaligned(as: UInt64.self))
    }

    /// Marks with its top bit the first of eight bytes that is a quote, a backslash, a control character or not ASCII.
    ///
    /// Borrows may mark bytes above the first one marked too; only the lowest mark is to be used.
    @inline(__always)
    private static func specialBytes(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        // A byte below 0x20, or the XOR of a match (0), borrows into its top bit; bytes with a top bit of their own
        // are not ASCII and are wanted anyway, so nothing has to be masked out of `word`.
        return ((quotes &- ones) | (backslashes &- ones) | (word &- ones &* 0x20) | word) & (ones &* 0x80)
    }

    /// Skips the rest of an escape whose backslash lies just before `start`.
    @inline(__always)
    private static func escape(_ start: Position, _ end: Position) throws(Failure) -> Position {
        guard start < end else { throw .incomplete }
        switch start.pointee {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return start + 1
        case UInt8(ascii: "u"):
            for index in 1...4 {
                guard start + index < end else { throw .incomplete }
                guard hexDigit(start[index]) != nil else { throw .invalid(start + index) }
            }
            return start + 5
        default:
            throw .invalid(start)
        }
    }

    /// Skips one scalar of two to four bytes, well-formed as in table 3-7 of the Unicode Standard.
    @inline(__always)
    private static func multibyteScalar(_ start: Position, _ end: Position) throws(Failure) -> Position {
        let (length, second): (Int, ClosedRange<UInt8>) =
            switch start.pointee {
            case 0xC2...0xDF: (2, 0x80...0xBF)
            case 0xE0: (3, 0xA0...0xBF)
            case 0xED: (3, 0x80...0x9F)
            case 0xE1...0xEF: (3, 0x80...0xBF)
            case 0xF0: (4, 0x90...0xBF)
            case 0xF1...0xF3: (4, 0x80...0xBF)
            case 0xF4: (4, 0x80...0x8F)
            default: throw .invalid(start)
            }
        guard start + 1 < end else { throw .incomplete }
        guard second.contains(start[1]) else { throw .invalid(start + 1) }
        var index = 2
        while index < length {
            guard start + index < end else { throw .incomplete }
            guard start[index] & 0xC0 == 0x80 else { throw .invalid(start + index) }
            index += 1
        }
        return start + length
    }

    @inline(__always)
    private static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte &- UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte &- UInt8(ascii: "a") &+ 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte &- UInt8(ascii: "A") &+ 10)
        default: nil
        }
    }

    /// What became of a string's escapes.
    enum Unescaped {
        /// The string is this many bytes of UTF-8 without NUL.
        case text(byteCount: Int)
        /// The string holds a NUL or half of a surrogate pair: no database text column can store it.
        case unstorable
    }

    /// Writes a string without its escapes to `output`, which has room for as many bytes as the string has.
    ///
    /// - Parameter string: the bytes between the quotes, already skipped once by `string(_:_:)` without a failure.
    @inline(never)
    static func unescape(_ string: UnsafeBufferPointer<UInt8>, to output: UnsafeMutablePointer<UInt8>) -> Unescaped {
        var read = 0
        var written = 0
        while read < string.count {
            let byte = string[read]
            guard byte == UInt8(ascii: "\\") else {
                output[written] = byte
                written += 1
                read += 1
                continue
            }
            let kind = string[read + 1]
            read += 2
            let scalar: UInt32
            switch kind {
            case UInt8(ascii: "b"): scalar = 0x08
            case UInt8(ascii: "f"): scalar = 0x0C
            case UInt8(ascii: "n"): scalar = 0x0A
            case UInt8(ascii: "r"): scalar = 0x0D
            case UInt8(ascii: "t"): scalar = 0x09
            case UInt8(ascii: "u"):
                let unit = codeUnit(string, read)
                read += 4
                switch unit {
                case 0, 0xDC00...0xDFFF:
                    return .unstorable
                case 0xD800...0xDBFF:
                    guard read + 6 <= string.count, string[read] == UInt8(ascii: "\\"),
                        string[read + 1] == UInt8(ascii: "u")
                    else { return .unstorable }
                    let low = codeUnit(string, read + 2)
                    guard (0xDC00...0xDFFF).contains(low) else { return .unstorable }
                    read += 6
                    scalar = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
                default:
                    scalar = unit
                }
            default: scalar = UInt32(kind)
            }
            written += encode(scalar, to: output + written)
        }
        return .text(byteCount: written)
    }

    private static func codeUnit(_ string: UnsafeBufferPointer<UInt8>, _ index: Int) -> UInt32 {
        var unit: UInt32 = 0
        for digit in index..<index + 4 { unit = unit << 4 | (hexDigit(string[digit]) ?? 0) }
        return unit
    }

    /// Writes a scalar as UTF-8 and returns how many bytes that took: never more than its escape did.
    private static func encode(_ scalar: UInt32, to output: UnsafeMutablePointer<UInt8>) -> Int {
        switch scalar {
        case ..<0x80:
            output[0] = UInt8(truncatingIfNeeded: scalar)
            return 1
        case ..<0x800:
            output[0] = 0xC0 | UInt8(truncatingIfNeeded: scalar >> 6)
            output[1] = 0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F)
            return 2
        case ..<0x10000:
            output[0] = 0xE0 | UInt8(truncatingIfNeeded: scalar >> 12)
            output[1] = 0x80 | UInt8(truncatingIfNeeded: scalar >> 6 & 0x3F)
            output[2] = 0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F)
            return 3
        default:
            output[0] = 0xF0 | UInt8(truncatingIfNeeded: scalar >> 18)
            output[1] = 0x80 | UInt8(truncatingIfNeeded: scalar >> 12 & 0x3F)
            output[2] = 0x80 | UInt8(truncatingIfNeeded: scalar >> 6 & 0x3F)
            output[3] = 0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F)
            return 4
        }
    }
}
