package import SyncCore
import TestSupport

/// Makes streams that look like the legacy API's, and then damages them.
package struct StreamGenerator {
    private var random: SeededGenerator

    package init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// Returns a stream and the limits to read it with, small ones often enough for their borders to matter.
    package mutating func stream() -> (bytes: [UInt8], limits: LegacyStreamParser.Limits) {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...5, using: &random) { piece(into: &bytes) }
        if random.chance(2, in: 3) {
            for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&bytes) }
        }
        let limits = LegacyStreamParser.Limits(
            maximumObjectBytes: random.chance(1, in: 3) ? Int.random(in: 2...200, using: &random) : 64 * 1024,
            maximumDepth: random.chance(1, in: 4) ? Int.random(in: 1...5, using: &random) : 32,
            excerptBytes: random.chance(1, in: 3) ? Int.random(in: 1...40, using: &random) : 160)
        return (bytes, limits)
    }

    package mutating func chunking() -> Chunking {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: .whole
        case 1: .everyByte
        default: .random(SeededGenerator(seed: random.next()), maximum: Int.random(in: 1...120, using: &random))
        }
    }

    // MARK: - Sound streams

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    private mutating func usual(_ value: String, orOneOf others: [String]) -> String {
        random.chance(3, in: 4) ? value : pick(others)
    }

    private mutating func piece(into bytes: inout [UInt8]) {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: bytes += pick(Self.junk).utf8
        case 1: bytes += value(depth: 0).utf8
        default:
            bytes += pick(["", "[", ",", "\n", "][", "\r\n", "\u{FEFF}", " , "]).utf8
            bytes += record().utf8
        }
    }

    private mutating func space() -> String {
        random.chance(1, in: 8) ? pick([" ", "\n", "\t", "\r\n", "  "]) : ""
    }

    private mutating func record() -> String {
        var members = [
            ("id", usual("7", orOneOf: Self.ids)), ("userName", string(usual("ana", orOneOf: Self.texts))),
            ("email", string(usual("ana@example.com", orOneOf: Self.texts))),
            ("createdAt", string(usual("2023-04-05T06:07:08.009Z", orOneOf: Self.times))),
            ("deleted", usual("false", orOneOf: ["true", "false", "null"])),
        ]
        if random.chance(1, in: 4) { members.shuffle(using: &random) }
        if random.chance(1, in: 8) { members.remove(at: Int.random(in: 0..<members.count, using: &random)) }
        if random.chance(1, in: 4) {
            let name = pick(["id", "userName", "email", "createdAt", "deleted", "x", "", "idd", "userNam", "ID"])
            members.insert((name, value(depth: 1)), at: Int.random(in: 0...members.count, using: &random))
        }
        let text = members.map { name, value in
            "\(space())\(string(name))\(space()):\(space())\(value)\(space())"
        }
        return "{" + space() + text.joined(separator: ",") + "}"
    }

    private mutating func string(_ text: String) -> String {
        guard random.chance(1, in: 8) else { return "\"\(text)\"" }
        var escaped = ""
        for character in text.unicodeScalars {
            if character.value < 0x80, character != "\\", random.chance(1, in: 3) {
                let hex = String(character.value, radix: 16, uppercase: random.chance(1, in: 2))
                escaped += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            } else {
                escaped.unicodeScalars.append(character)
            }
        }
        // An escape may have been taken apart: what comes out is still a test.
        return "\"\(escaped)\""
    }

    private mutating func value(depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 3 ? 5 : 8), using: &random) {
        case 0: return pick(["true", "false", "null"])
        case 1: return pick(Self.ids)
        case 2: return pick(Self.numbers)
        case 3, 4: return string(pick(Self.texts))
        case 5:
            let count = Int.random(in: 0...3, using: &random)
            return "[" + (0..<count).map { _ in space() + value(depth: depth + 1) }.joined(separator: ",") + "]"
        case 6: return record()
        default:
            let count = Int.random(in: 0...3, using: &random)
            let members = (0..<count).map { _ in string(pick(["a", "id", "b c"])) + ":" + value(depth: depth + 1) }
            return "{" + members.joined(separator: ",") + space() + "}"
        }
    }

    // MARK: - Damage

    private mutating func mutate(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes.remove(at: index)
        case 3: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...40, using: &random)))
        case 4: bytes.insert(contentsOf: pick(Self.tokens).utf8, at: index)
        case 5: bytes.insert(contentsOf: pick(Self.brokenUTF8), at: index)
        case 6:
            let from = Int.random(in: 0..<bytes.count, using: &random)
            bytes.insert(contentsOf: bytes[from..<min(bytes.count, from + 60)], at: index)
        default: bytes.removeSubrange(index...)
        }
    }

    // MARK: - Words

    private static let junk = [
        "{/dados/:/corrimpidos/}", "{", "}", "{{{{", "<html>{oops}</html>", "{\"id\":1,", "null", "\"", "{}", "{\"a\":",
        "{\"", "{\"a\":\"", "[[[[{[{[", "{\"a\":{\"a\":{\"a\":", "xyz", "\\", "{\"a\":[}", "{\"a\":1]",
    ]
    private static let ids = [
        "1", "0", "-1", "-0", "123456", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "-9223372036854775809", "18446744073709551615", "18446744073709551616", "10000000000000000000",
        "1234567890123456789012345678901234567890", "42",
    ]
    private static let numbers = [
        "1.0", "1e3", "1E+3", "-1.5e-3", "01", "-", "1.", ".5", "+1", "1e", "1e+", "0.0", "0e0", "-01", "00", "0x1",
        "NaN", "1.5.5", "1e5e5", "12e1.5",
    ]
    private static let texts = [
        "", "a", "ana", "ana@example.com", "José", "李小龍", "😀", "a b", "\\n", "\\\"", "\\\\", "\\/", "\\u0000",
        "\\ud83d\\ude00",
        "\\ud800", "\\udc00x", "\\ud800\\ud800", "\\u00e9", "\\ufffe", "\u{FFFF}", "\u{7F}", "{}", "{\\\"id\\\":1}",
        "[,]",
        "a long name that takes more than two words of eight bytes", "\\x", "\\u12", "\\u12G4", "\t",
        String(repeating: "x", count: 255), String(repeating: "x", count: 256), String(repeating: "é", count: 255),
        String(repeating: "é", count: 256), String(repeating: "\\u0041", count: 255), "12345678", "1234567",
    ]
    private static let times = [
        "2023-04-05T06:07:08.000Z", "2023-04-05T06:07:08.000Z", "2023-04-05T06:07:08Z",
        "2024-02-29T23:59:59.999999999Z",
        "2023-02-29T00:00:00Z", "1969-12-31T23:59:59.9999999Z", "0000-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2016-12-31T23:59:60Z", "2016-12-31T23:58:60Z", "2017-01-01T01:59:60.5+02:00", "2015-06-30T16:59:60-07:00",
        "2023-04-05t06:07:08z", "2023-04-05 06:07:08Z", "2023-04-05T24:00:00Z", "2023-13-05T06:07:08Z",
        "2023-04-05T06:07:08.1234567890Z", "2023-04-05T06:07:08.Z", "2023-04-05T06:07:08", "2023-04-05T06:07:08+0000",
        "1900-02-29T00:00:00Z", "2000-02-29T00:00:00-00:00", "2023-04-31T00:00:00Z", "2023-00-10T00:00:00Z",
        "2023-01-00T00:00:00Z", "2023-01-01T00:60:00Z", "2023-01-01T00:00:61Z", "20:3-01-01T00:00:00Z", "",
    ]
    private static let tokens = [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\\"", "{\"", "\":\"", "\",\"", "0", "-", "e", ".", "true",
        "nul", "\0",
        "\u{1F}", "\u{FEFF}", "\"id\":7,", "\"deleted\":1,", "{\"id\":{", "\\u0000", "\\uD83D", "\\uDE00", "  ",
    ]
    private static let brokenUTF8: [[UInt8]] = [
        [0x80], [0xBF], [0xC0, 0x80], [0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x98],
        [0xF4, 0x90, 0x80, 0x80],
        [0xFF], [0xFE], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xE0, 0x80, 0x80], [0xF0, 0x80, 0x80, 0x80], [0xC2, 0xA9],
        [0xEF, 0xBB, 0xBF], [0xC1, 0xBF],
    ]
}
