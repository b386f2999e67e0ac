import Fuzzing
import SyncCore
import Testing

/// The rule of the stream, one promise a test.
@Suite("Legacy stream: what counts as a user, what as a reject")
struct LegacyStreamRuleTests {
    /// A record with some of its members replaced; an empty replacement leaves the member out.
    private static func record(_ replacements: [String: String] = [:], extra: String = "") -> String {
        let members = [
            ("id", "1"), ("userName", "\"ana\""), ("email", "\"ana@example.com\""),
            ("createdAt", "\"2023-04-05T06:07:08.009Z\""), ("deleted", "false"),
        ]
        let written = members.compactMap { name, value in
            let value = replacements[name] ?? value
            return value.isEmpty ? nil : "\"\(name)\":\(value)"
        }
        return "{" + written.joined(separator: ",") + extra + "}"
    }

    private static func sound(_ id: Int) -> String { record(["id": "\(id)"]) }

    private static func userName(_ literal: String) -> String? {
        let reading = parse(record(["userName": "\"\(literal)\""]))
        guard case .user(_, _, let name, _, _, _)? = reading.findings.first, reading.findings.count == 1 else {
            return nil
        }
        return String(decoding: name, as: UTF8.self)
    }

    private static func reason(_ record: String) -> Reject.Reason? {
        let reading = parse(record)
        return reading.findings.count == 1 ? reading.reasons.first : nil
    }

    // MARK: - Users

    @Test("a record is handed over with all five fields and its offset")
    func oneRecord() {
        let text =
            #"[{"id":123,"userName":"ana","email":"a@b","createdAt":"1970-01-02T00:00:00.000001Z","deleted":true}]"#
        #expect(
            parse(text).findings == [
                .user(
                    offset: 1, id: 123, userName: Array("ana".utf8), email: Array("a@b".utf8),
                    createdAt: 86_400_000_001, deleted: true)
            ])
    }

    @Test(
        "every layout of a stream reads the same",
        arguments: [
            ("glued arrays", "[@1,@2][@3]"), ("one array", "[@1,@2,@3]"), ("newline-delimited", "@1\n@2\n@3\n"),
            ("CRLF-delimited", "@1\r\n@2\r\n@3\r\n"), ("comma-separated", "@1,@2,@3"), ("nothing between", "@1@2@3"),
            ("byte order mark", "\u{FEFF}[@1,@2,@3]"), ("marks between", "\u{FEFF}[@1]\u{FEFF}[@2, @3]"),
            ("any whitespace", " \t\r\n[ @1 ,\n@2\t,\r@3 ] "),
        ])
    func layouts(name: String, layout: String) {
        var text = layout
        for id in 1...3 { text = text.replacing("@\(id)", with: Self.sound(id)) }
        let reading = parse(text)
        #expect(reading.userIDs == [1, 2, 3])
        #expect(reading.rejects.isEmpty)
        #expect(reading.damagedBytes == 0)
    }

    @Test("whitespace is allowed wherever JSON allows it")
    func innerWhitespace() {
        let spaced = Self.record(extra: ",\"x\":[{\"y\":[1,2]},null]").replacing(",", with: " ,\n ").replacing(
            ":", with: "\t:\r\n"
        )
        .replacing("{", with: "{ ").replacing("}", with: " }")
        // The colons inside createdAt were spaced too: put the time back.
        let text = spaced.replacing("06\t:\r\n07\t:\r\n08", with: "06:07:08")
        #expect(parse(text).userIDs == [1])
    }

    @Test("unknown fields are ignored, whatever valid JSON they hold")
    func unknownFields() {
        let values = [
            "null", "true", "-0.5e+10", "[]", "{}", "[[],{}]", #"{"id":2,"userName":null}"#, #""\ud800 \u0000""#,
            "123456789012345678901234567890", "[1,\"}\",{\"a\":[false]}]",
        ]
        for value in values {
            #expect(parse(Self.record(extra: ",\"x\":\(value)")).userIDs == [1], "\(value)")
        }
    }

    @Test("of duplicate keys the last counts, also when its spelling has escapes")
    func duplicateKeys() {
        #expect(parse(Self.record(extra: ",\"id\":2")).userIDs == [2])
        #expect(parse(Self.record(["id": "\"wrong\""], extra: ",\"id\":2")).userIDs == [2])
        #expect(parse(Self.record(extra: #","\u0069d":2"#)).userIDs == [2])
        #expect(parse(Self.record(["userName": #""\u0000""#], extra: #","user\u004eame":"bo""#)).userIDs == [1])
        #expect(parse(Self.record(extra: ",\"id\":\"wrong\"")).reasons == [.invalidID])
        #expect(parse(Self.record(extra: #","\u0064eleted":0"#)).reasons == [.invalidDeleted])
    }

    @Test("field names match exactly")
    func exactNames() {
        for name in ["ID", "Id", "id ", "i", "idd", "", "id\\u0000", "\\ud800id"] {
            #expect(parse(Self.record(["id": ""], extra: ",\"\(name)\":1")).reasons == [.missingField], "\(name)")
        }
    }

    // MARK: - Fields

    @Test(
        "an id is an integer literal of 64 bits",
        arguments: [
            ("0", 0), ("-0", 0), ("7", 7), ("-7", -7), ("9223372036854775807", .max), ("-9223372036854775808", .min),
        ] as [(String, Int64)])
    func soundIDs(literal: String, value: Int64) {
        #expect(parse(Self.record(["id": literal])).userIDs == [value])
    }

    @Test(
        "any other id is refused",
        arguments: [
            "1.0", "1e0", "1E2", "-0.0", "9223372036854775808", "-9223372036854775809", "18446744073709551617",
            "99999999999999999999", "100000000000000000000000000000000000000000", "\"1\"", "null", "true", "[1]", "{}",
        ])
    func refusedIDs(literal: String) {
        #expect(Self.reason(Self.record(["id": literal])) == .invalidID)
    }

    @Test(
        "what is no JSON number breaks the object",
        arguments: [
            "01", "-", "+1", ".5", "1.", "1.e1", "1e", "1e+", "0x1", "NaN", "Infinity", "1_0", "--1", "-a", "00",
        ])
    func brokenNumbers(literal: String) {
        #expect(parse(Self.record(["id": literal])).reasons == [.invalidJSON])
        #expect(parse(Self.record(extra: ",\"x\":\(literal)")).reasons == [.invalidJSON])
    }

    @Test("a user name has 1 to 255 Unicode scalars, counted after escapes")
    func userNameLength() {
        for scalar in ["x", "é", "李", "😀"] {
            #expect(Self.userName(String(repeating: scalar, count: 255)) == String(repeating: scalar, count: 255))
            #expect(
                Self.reason(Self.record(["userName": "\"\(String(repeating: scalar, count: 256))\""]))
                    == .invalidUserName)
        }
        for escape in [#"\u0041"#, #"\ud83d\ude00"#, #"\n"#] {
            #expect(Self.userName(String(repeating: escape, count: 255))?.unicodeScalars.count == 255)
            #expect(
                Self.reason(Self.record(["userName": "\"\(String(repeating: escape, count: 256))\""]))
                    == .invalidUserName)
        }
        #expect(Self.reason(Self.record(["userName": "\"\""])) == .invalidUserName)
        #expect(Self.reason(Self.record(["userName": "5"])) == .invalidUserName)
    }

    @Test("escapes are decoded")
    func escapes() {
        #expect(
            Self.userName(#"\"\\\/\b\f\n\r\t\u00e9\u20AC\uD83D\uDE00\u007f"#)
                == "\"\\/\u{8}\u{C}\n\r\t\u{E9}\u{20AC}\u{1F600}\u{7F}")
        #expect(Self.userName(#"\uFFFF\ufffe"#) == "\u{FFFF}\u{FFFE}")
        #expect(Self.userName("a\u{FEFF}b") == "a\u{FEFF}b")
    }

    @Test(
        "text that PostgreSQL cannot store is refused",
        arguments: [
            #"\u0000"#, #"a\u0000b"#, #"\ud800"#, #"\udc00"#, #"\ud800x"#, #"\ud800\ud800"#, #"\ud800\n"#,
            #"\udfff\ud800"#, #"\ud800\u0041"#, #"\ud83d\\ude00"#,
        ])
    func unstorable(literal: String) {
        #expect(Self.reason(Self.record(["userName": "\"\(literal)\""])) == .unstorableText)
        #expect(Self.reason(Self.record(["email": "\"\(literal)\""])) == .unstorableText)
        #expect(Self.reason(Self.record(["createdAt": "\"\(literal)\""])) == .invalidCreatedAt)
    }

    @Test(
        "broken UTF-8 in any string makes the object invalid JSON",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3, 0x28], [0xE0, 0x9F, 0xBF], [0xE2, 0x82],
            [0xED, 0xA0, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE],
            [0xFF],
        ] as [[UInt8]])
    func brokenUTF8(sequence: [UInt8]) {
        for record in [
            Self.record(["email": "\"@\""]), Self.record(extra: ",\"x\":\"@\""), Self.record(extra: ",\"@\":1"),
        ] {
            let parts = record.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
            let bytes = Array(parts[0]) + sequence + Array(parts[1])
            #expect(parse(bytes).reasons.first == .invalidJSON)
            #expect(parse(bytes).userIDs.isEmpty)
        }
    }

    @Test("control characters in a string make the object invalid JSON")
    func controlCharacters() {
        for byte in UInt8(0)..<0x20 {
            let record = Self.record(["email": "\"a\(Unicode.Scalar(byte))b\""])
            #expect(parse(record).reasons == [.invalidJSON])
        }
    }

    @Test("wrong types and missing fields are named, the first in the order id, userName, email, createdAt, deleted")
    func reasons() {
        #expect(Self.reason("{}") == .missingField)
        for name in ["id", "userName", "email", "createdAt", "deleted"] {
            #expect(Self.reason(Self.record([name: ""])) == .missingField)
        }
        #expect(Self.reason(Self.record(["email": "null"])) == .invalidEmail)
        #expect(Self.reason(Self.record(["createdAt": "1680674828"])) == .invalidCreatedAt)
        #expect(Self.reason(Self.record(["createdAt": "\"2023-02-30T00:00:00Z\""])) == .invalidCreatedAt)
        for value in ["\"true\"", "0", "null", "[]"] {
            #expect(Self.reason(Self.record(["deleted": value])) == .invalidDeleted)
        }
        #expect(Self.reason(Self.record(["email": "1", "id": "null"])) == .invalidID)
        #expect(parse(Self.record(["email": "\"\""])).userIDs == [1])
    }

    // MARK: - Damage

    @Test("junk between arrays is one reject")
    func junk() {
        let text = "[\(Self.sound(1))]{/dados/:/corrimpidos/}[\(Self.sound(2))]"
        let reading = parse(text)
        #expect(reading.userIDs == [1, 2])
        #expect(
            reading.rejects == [
                Reject(
                    offset: Int64(Self.sound(1).utf8.count + 2), reason: .invalidJSON,
                    excerpt: "{/dados/:/corrimpidos/}", isBetweenArrays: true, resemblesRecord: false)
            ])
    }

    @Test("a record cut short is one reject, and the next record is found")
    func cutRecord() {
        let whole = Self.sound(1)
        for length in 1..<whole.utf8.count {
            let reading = parse("[" + whole.prefix(length) + "," + Self.sound(2) + "]")
            #expect(reading.userIDs == [2], "cut after \(length) bytes")
            #expect(reading.rejects.count == 1)
            #expect(reading.rejects.first?.offset == 1)
        }
    }

    @Test("damage after damage is one reject, until a whole object comes")
    func coalescing() {
        let text = "{x{y}{\"a\":}\(Self.sound(1)){x{}{y"
        let reading = parse(text)
        #expect(reading.reasons == [.invalidJSON, .invalidJSON, .missingField, .invalidJSON])
        #expect(reading.rejects.map(\.excerpt) == ["{x{y}{\"a\":}", "{x", "{}", "{y"])
    }

    @Test("a whole object inside a broken one is found, and one inside a sound one is not")
    func rescan() {
        #expect(parse("{\"a\":\(Self.sound(5)),broken").userIDs == [5])
        #expect(parse("{\"a\":[1,{\"b\":\(Self.sound(5))").userIDs == [5])
        let wrapper = parse("{\"a\":\(Self.sound(5))}")
        #expect(wrapper.userIDs.isEmpty)
        #expect(wrapper.reasons == [.missingField])
    }

    @Test("one object that wraps all users, too large to be read, does not hide them")
    func giantWrapper() {
        let users = (1...1000).map(Self.sound).joined(separator: ",")
        let reading = parse("{\"users\":[\(users)]}")
        #expect(reading.userIDs == Array(1...1000))
        #expect(reading.reasons == [.tooLarge, .invalidJSON])
        #expect(reading.rejects.last?.excerpt == "}")
    }

    @Test("an object still open at the end of the stream is a reject, objects inside it are not")
    func truncated() {
        let reading = parse("[\(Self.sound(1)),{\"a\":\(Self.sound(2)),\"b\":\"")
        #expect(reading.userIDs == [1, 2])
        #expect(reading.reasons == [.truncated, .invalidJSON])
        #expect(parse("{").reasons == [.truncated])
    }

    @Test("bytes outside objects that are no separators make a reject for each run, and are counted")
    func strayBytes() {
        let reading = parse("HTTP [\(Self.sound(1)) xyz ,\(Self.sound(2))] \"bye\"")
        #expect(reading.userIDs == [1, 2])
        #expect(reading.reasons == [.invalidJSON, .invalidJSON, .invalidJSON])
        #expect(reading.rejects.map(\.excerpt) == ["HTTP", "xyz", "\"bye\""])
        #expect(reading.damagedBytes == 4 + 3 + 5)
        #expect(parse("").findings.isEmpty)
    }

    @Test("an excerpt shows the damage and nothing after it, bounded and printable")
    func excerpts() {
        let long = parse("{" + String(repeating: "é", count: 500))
        #expect(long.rejects.first?.excerpt == "{" + String(repeating: "é", count: 79))
        let odd = parse(Array("{\u{0}\u{1B}[31m\u{202E}".utf8) + [0xFF] + Array("{}".utf8))
        #expect(odd.rejects.first?.excerpt == #"{\u{0}\u{1B}[31m\u{202E}\xFF"#)
        let refused = parse("{\"a\":\"" + String(repeating: "b", count: 300) + "\"}")
        #expect(refused.rejects.first?.excerpt == "{\"a\":\"" + String(repeating: "b", count: 154))
    }

    // MARK: - Limits

    @Test("an object may have 64 KiB, and not a byte more")
    func size() {
        let frame = Self.record(extra: ",\"x\":\"\"").utf8.count
        func padded(to size: Int) -> String {
            Self.record(extra: ",\"x\":\"" + String(repeating: "p", count: size - frame) + "\"")
        }
        #expect(parse(padded(to: 65_536)).userIDs == [1])
        #expect(parse(padded(to: 65_537)).reasons == [.tooLarge])
        let email = "\"" + String(repeating: "\\u0041", count: 10_000) + "\""
        let reading = parse(Self.record(["email": email]), chunking: .bytes(1_000))
        guard case .user(_, _, _, let decoded, _, _)? = reading.findings.first else {
            Issue.record("a long address was not taken")
            return
        }
        #expect(decoded == Array(repeating: UInt8(ascii: "A"), count: 10_000))
    }

    @Test("containers may be 32 deep, the object among them, and not one deeper")
    func depth() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            func nested(_ depth: Int) -> String {
                let inner = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
                return Self.record(extra: ",\"x\":" + inner)
            }
            #expect(parse(nested(31)).userIDs == [1])
            #expect(parse(nested(32)).reasons.first == .tooDeep)
        }
        let empty = String(repeating: "[", count: 31) + String(repeating: "]", count: 31)
        #expect(parse(Self.record(extra: ",\"x\":\(empty)")).userIDs == [1])
        #expect(parse(Self.record(extra: ",\"x\":[\(empty)]")).reasons == [.tooDeep])
    }
}
