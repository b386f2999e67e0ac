import Foundation
import SyncCore

/// A slow and plain reader of the stream, written from the reading rule alone: scan for `{`; try one JSON object from it (at
/// most 64 KiB, at most 32 deep); a valid user counts, any other valid object is one reject and is skipped whole, and after
/// anything else scanning goes on just behind that `{`. Bytes outside objects that are no separators are damage too. Damage
/// without a user between counts once.
struct ReferenceReader {
    struct User: Equatable {
        var id: Int64
        var userName: [UInt8]
        var email: [UInt8]
        var createdAt: Int
        var deleted: Bool
        /// The text of each field beyond the five, as PostgreSQL prints it; nil for NULL.
        var own: [[UInt8]?] = []
    }

    private(set) var users: [User] = []
    private(set) var rejects = 0

    /// - Parameter own: the fields beyond the five.
    init(_ body: [UInt8], own: [UserField] = []) {
        var position = 0
        var isInDamage = false
        while position < body.count {
            guard body[position] == UInt8(ascii: "{") else {
                if !"[],\r\n\t \u{FEFF}".utf8.contains(body[position]) {
                    if !isInDamage { rejects += 1 }
                    isInDamage = true
                }
                position += 1
                continue
            }
            var reader = StrictJSON(body[position..<min(position + 65_536, body.count)])
            let value = reader.object(depth: 1)
            if let value, let user = Self.user(value, own) {
                users.append(user)
                isInDamage = false
            } else {
                if !isInDamage { rejects += 1 }
                isInDamage = true
            }
            position = value == nil ? position + 1 : reader.position
        }
    }

    private static func user(_ fields: [[UInt8]: StrictJSON.Value], _ own: [UserField]) -> User? {
        func field(_ name: String) -> StrictJSON.Value? { fields[Array(name.utf8)] }
        guard case .number(let idText) = field("id"), idText.allSatisfy({ $0.isNumber || $0 == "-" }),
            let id = Int64(idText),
            case .string(let userName?) = field("userName"), case .string(let email?) = field("email"),
            case .string(let dateText?) = field("createdAt"), case .boolean(let deleted) = field("deleted"),
            (1...255).contains(String(decoding: userName, as: UTF8.self).unicodeScalars.count),
            let createdAt = date(String(decoding: dateText, as: UTF8.self))
        else { return nil }
        var user = User(id: id, userName: userName, email: email, createdAt: createdAt, deleted: deleted)
        for each in own {
            switch field(each.jsonKey) {
            case nil, .null: user.own.append(nil)
            case let value?:
                guard let text = text(value, each.kind) else { return nil }
                user.own.append(text)
            }
        }
        return user
    }

    /// The text of a value, by Foundation's arithmetic; nil when a field of this kind cannot hold it.
    private static func text(_ value: StrictJSON.Value, _ kind: UserField.Kind) -> [UInt8]? {
        switch (kind, value) {
        case (.text, .string(let text)): text
        case (.integer, .number(let text)) where text.allSatisfy({ $0.isNumber || $0 == "-" }):
            Int64(text).map { Array("\($0)".utf8) }
        case (.number, .number(let text)):
            Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")).map { Array("\($0)".utf8) }
        case (.boolean, .boolean(let value)): Array((value ? "t" : "f").utf8)
        case (.timestamp, .string(let text?)):
            date(String(decoding: text, as: UTF8.self)).map { Array(timestampText($0).utf8) }
        default: nil
        }
    }

    /// Microseconds since 1970 of an RFC 3339 date-time, by regular expression and counting years.
    private static func date(_ text: String) -> Int? {
        let pattern =
            /([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))/
        guard let match = text.wholeMatch(of: pattern)?.output else { return nil }
        func number(_ digits: Substring?) -> Int { digits.flatMap { Int($0) } ?? 0 }
        let (year, month, day) = (number(match.1), number(match.2), number(match.3))
        let (hour, minute, second) = (number(match.4), number(match.5), number(match.6))
        guard hour < 24, minute < 60, second < 60, number(match.9) < 24, number(match.10) < 60, (1...12).contains(month)
        else {
            return nil
        }
        let lengths = monthLengths(year)
        guard (1...lengths[month - 1]).contains(day) else { return nil }
        var days = 0
        for earlier in 0..<year { days += isLeap(earlier) ? 366 : 365 }
        days += lengths[..<(month - 1)].reduce(0, +) + day - 1 - 719_528
        let offset = (number(match.9) * 60 + number(match.10)) * (match.8 == "-" ? -1 : 1)
        let fraction = Int((String(match.7 ?? "") + "000000").prefix(6)) ?? 0
        return (days * 86_400 + hour * 3600 + minute * 60 + second - offset * 60) * 1_000_000 + fraction
    }
}

/// A strict JSON reader (RFC 8259) that remembers whether a string can be stored: nil stands for one that cannot.
struct StrictJSON {
    indirect enum Value {
        case object([[UInt8]: Value])
        case array
        case string([UInt8]?)
        case number(String)
        case boolean(Bool)
        case null
    }

    private let bytes: ArraySlice<UInt8>
    private(set) var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    private static let simpleEscapes: [UInt8: UInt8] = [
        0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9,
    ]

    private var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    private mutating func take(_ character: Character) -> Bool {
        guard let next, next == character.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let next, next == 0x20 || next == 0x09 || next == 0x0A || next == 0x0D { position += 1 }
    }

    mutating func object(depth: Int) -> [[UInt8]: Value]? {
        guard depth <= 32, take("{") else { return nil }
        var fields: [[UInt8]: Value] = [:]
        skipSpace()
        if take("}") { return fields }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\""), let key = string() else { return nil }
            skipSpace()
            guard take(":"), let value = value(depth: depth) else { return nil }
            fields[key ?? []] = value
            skipSpace()
        } while take(",")
        return take("}") ? fields : nil
    }

    private mutating func array(depth: Int) -> Value? {
        guard depth <= 32, take("[") else { return nil }
        skipSpace()
        if take("]") { return .array }
        repeat {
            guard value(depth: depth) != nil else { return nil }
            skipSpace()
        } while take(",")
        return take("]") ? .array : nil
    }

    private mutating func value(depth: Int) -> Value? {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return object(depth: depth + 1).map { .object($0) }
        case UInt8(ascii: "["): return array(depth: depth + 1)
        case UInt8(ascii: "\""): return string().map { .string($0) }
        case UInt8(ascii: "t"): return word("true") ? .boolean(true) : nil
        case UInt8(ascii: "f"): return word("false") ? .boolean(false) : nil
        case UInt8(ascii: "n"): return word("null") ? .null : nil
        default: return number()
        }
    }

    private mutating func word(_ word: String) -> Bool {
        for character in word where !take(character) { return false }
        return true
    }

    private mutating func digits() -> Bool {
        let start = position
        while let next, (0x30...0x39).contains(next) { position += 1 }
        return position > start
    }

    private mutating func number() -> Value? {
        let start = position
        _ = take("-")
        if !take("0") { guard digits() else { return nil } }
        if take(".") { guard digits() else { return nil } }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            guard digits() else { return nil }
        }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    /// Outer nil: not a JSON string. Inner nil: a string that cannot be stored.
    private mutating func string() -> [UInt8]?? {
        guard take("\"") else { return .none }
        var text: [UInt8] = []
        var isStorable = true
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                if text.contains(0) || String(validating: text, as: UTF8.self) == nil { isStorable = false }
                return .some(isStorable ? text : nil)
            case 0..<0x20: return .none
            case UInt8(ascii: "\\"):
                guard let escape = next else { return .none }
                position += 1
                if let value = Self.simpleEscapes[escape] {
                    text.append(value)
                } else if escape == UInt8(ascii: "u"), let unit = hexadecimal() {
                    var value = unit
                    if (0xD800..<0xDC00).contains(unit) {
                        let mark = position
                        if take("\\"), take("u"), let low = hexadecimal(), (0xDC00..<0xE000).contains(low) {
                            value = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
                        } else {
                            position = mark
                        }
                    }
                    if let scalar = Unicode.Scalar(value) {
                        text += Array(String(scalar).utf8)
                    } else {
                        isStorable = false
                    }
                } else {
                    return .none
                }
            default: text.append(byte)
            }
        }
        return .none
    }

    private mutating func hexadecimal() -> UInt32? {
        guard position + 4 <= bytes.endIndex else { return nil }
        let digits = String(decoding: bytes[position..<position + 4], as: UTF8.self)
        guard digits.allSatisfy({ $0.isHexDigit && $0.isASCII }) else { return nil }
        position += 4
        return UInt32(digits, radix: 16)
    }
}
