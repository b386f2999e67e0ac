/// Recognises the pieces of JSON ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)) in contiguous bytes.
///
/// Every function takes where to start and where the bytes end, and returns where it stopped. Positions travel as
/// values, never through memory, so that the compiler keeps them in registers.
enum JSONScanner {
    typealias Position = UnsafePointer<UInt8>

    // Errors have to be Sendable; this one never leaves the call that reads an object, and its pointers are not followed.
    enum Failure: Error, @unchecked Sendable {
        /// The byte here makes it no JSON, whatever follows.
        case invalid(Position)
        /// The bytes end before the piece does.
        case incomplete
        /// The container that begins here nests deeper than allowed.
        case tooDeep(Position)
    }

    /// Returns the first byte from `start` on that is not whitespace.
    @inline(__always)
    static func skipWhitespace(_ start: Position, _ end: Position) throws(Failure) -> Position {
        guard start < end else { throw .incomplete }
        if start.pointee > 0x20 { return start }
        return try skipWhitespaceRun(start, end)
    }

    @inline(never)
    private static func skipWhitespaceRun(_ start: Position, _ end: Position) throws(Failure) -> Position {
        var position = start
        while position < end {
            switch position.pointee {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return position
            }
        }
        throw .incomplete
    }

    /// Skips one number; `integer` is its value when it has neither fraction nor exponent and fits 64 bits.
    ///
    /// A number never ends a JSON object, so one that runs into the end of the bytes is incomplete. `-0` is the
    /// integer 0.
    @inline(__always)
    static func number(_ start: Position, _ end: Position) throws(Failure) -> (next: Position, integer: Int64?) {
        var position = start
        let isNegative = position.pointee == UInt8(ascii: "-")
        if isNegative {
            position += 1
            guard position < end else { throw .incomplete }
        }
        let firstDigit = position
        var magnitude = UInt64(position.pointee &- UInt8(ascii: "0"))
        guard magnitude <= 9 else { throw .invalid(position) }
        position += 1
        if magnitude != 0 {
            while true {
                guard position < end else { throw .incomplete }
                let digit = position.pointee &- UInt8(ascii: "0")
                guard digit <= 9 else { break }
                magnitude = magnitude &* 10 &+ UInt64(digit)
                position += 1
            }
        }
        guard position < end else { throw .incomplete }
        let byte = position.pointee
        if byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") {
            return (try fractionAndExponent(position, end), nil)
        }
        // 19 digits cannot overflow 64 unsigned bits; more digits, none of them leading zeros, cannot fit Int64.
        let limit = UInt64(Int64.max) + (isNegative ? 1 : 0)
        guard position - firstDigit <= 19, magnitude <= limit else { return (position, nil) }
        return (position, Int64(truncatingIfNeeded: isNegative ? 0 &- magnitude : magnitude))
    }

    @inline(never)
    private static func fractionAndExponent(_ start: Position, _ end: Position) throws(Failure) -> Position {
        var position = start
        if position.pointee == UInt8(ascii: ".") {
            position = try digits(position + 1, end)
        }
        if position.pointee | 0x20 == UInt8(ascii: "e") {
            position += 1
            guard position < end else { throw .incomplete }
            if position.pointee == UInt8(ascii: "+") || position.pointee == UInt8(ascii: "-") { position += 1 }
            position = try digits(position, end)
        }
        return position
    }

    /// Skips one digit or more; what it returns lies before `end`.
    private static func digits(_ start: Position, _ end: Position) throws(Failure) -> Position {
        var position = start
        while position < end, position.pointee &- UInt8(ascii: "0") <= 9 { position += 1 }
        guard position < end else { throw .incomplete }
        guard position > start else { throw .invalid(position) }
        return position
    }

    /// Skips `true`, `false` or `null`, whichever `start` begins.
    @inline(never)
    static func literal(_ start: Position, _ end: Position) throws(Failure) -> Position {
        let expected: StaticString =
            switch start.pointee {
            case UInt8(ascii: "t"): "true"
            case UInt8(ascii: "f"): "false"
            case UInt8(ascii: "n"): "null"
            default: throw .invalid(start)
            }
        for index in 0..<expected.utf8CodeUnitCount {
            guard start + index < end else { throw .incomplete }
            guard start[index] == expected.utf8Start[index] else { throw .invalid(start + index) }
        }
        return start + expected.utf8CodeUnitCount
    }

    /// Skips a member's key and colon; `start` is at the key's opening quote, the result at the value.
    @inline(__always)
    static func keyAndColon(_ start: Position, _ end: Position) throws(Failure) -> Position {
        guard start.pointee == UInt8(ascii: "\"") else { throw .invalid(start) }
        return try colon(try string(start + 1, end).next, end)
    }

    /// Skips a colon with the whitespace around it; the result is at the value.
    @inline(__always)
    static func colon(_ start: Position, _ end: Position) throws(Failure) -> Position {
        let position = try skipWhitespace(start, end)
        guard position.pointee == UInt8(ascii: ":") else { throw .invalid(position) }
        return try skipWhitespace(position + 1, end)
    }

    /// Skips any one value, of which `start` is the first byte.
    ///
    /// - Parameters:
    ///   - depth: containers already open around the value.
    ///   - maximumDepth: containers that may be open at once, at most 64.
    @inline(never)
    static func value(
        _ start: Position, _ end: Position, depth: Int, maximumDepth: Int
    ) throws(Failure) -> Position {
        var position = start
        /// The kinds of the open containers, the innermost in the lowest bit: 1 is an object, 0 an array.
        var kinds: UInt64 = 0
        var open = 0
        while true {
            switch position.pointee {
            case UInt8(ascii: "\""):
                position = try string(position + 1, end).next
            case UInt8(ascii: "{"):
                guard depth + open < maximumDepth else { throw .tooDeep(position) }
                kinds = kinds << 1 | 1
                open += 1
                position = try skipWhitespace(position + 1, end)
                if position.pointee != UInt8(ascii: "}") {
                    position = try keyAndColon(position, end)
                    continue
                }
            case UInt8(ascii: "["):
                guard depth + open < maximumDepth else { throw .tooDeep(position) }
                kinds <<= 1
                open += 1
                position = try skipWhitespace(position + 1, end)
                if position.pointee != UInt8(ascii: "]") { continue }
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                position = try number(position, end).next
            default:
                position = try literal(position, end)
            }
            // A value has ended, or an empty container is about to: close what closes, until another value begins.
            closing: while true {
                if open == 0 { return position }
                position = try skipWhitespace(position, end)
                let isObject = kinds & 1 == 1
                switch position.pointee {
                case UInt8(ascii: ","):
                    position = try skipWhitespace(position + 1, end)
                    if isObject { position = try keyAndColon(position, end) }
                    break closing
                case isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"):
                    kinds >>= 1
                    open -= 1
                    position += 1
                default:
                    throw .invalid(position)
                }
            }
        }
    }
}
