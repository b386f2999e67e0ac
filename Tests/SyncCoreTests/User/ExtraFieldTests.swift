import Fuzzing
import TestSupport
import Testing

@testable import SyncCore

@Suite("Extra fields")
struct ExtraFieldTests {
    private static let fields = ExtraFields([
        UserField(extra: "phone", column: "phone", kind: .text),
        UserField(extra: "age", column: "age", kind: .integer),
        UserField(extra: "score", column: "score", kind: .number),
        UserField(extra: "vip", column: "vip", kind: .boolean),
        UserField(extra: "seen", column: "seen_at", kind: .timestamp),
    ])

    /// What the parser made of one record.
    private struct Parsed {
        var lines: [String] = []
        var rejects: [Reject] = []
        var contents: [UInt64] = []
        var bodies: [[UInt8]] = []
    }

    private struct Sink: LegacyStreamSink, ~Copyable {
        let hasher: UserHasher
        var parsed = Parsed()
        var batcher: LaneBatcher

        mutating func receive(_ user: UserRecord) {
            parsed.lines.append(String(decoding: user.extras, as: UTF8.self))
            parsed.contents.append(hasher.content(of: user))
            var copy: [UInt8] = []
            user.appendCopy(to: &copy)
            let copied = copy.withUnsafeBytes { bytes in
                let read = UserRecord(copyIn: bytes, at: 0)
                return (hasher.content(of: read), read.copyByteCount)
            }
            #expect(copied == (hasher.content(of: user), copy.count))
            if let batch = try? batcher.append(user) { parsed.bodies.append(batch.body) }
        }

        mutating func receive(_ reject: Reject) { parsed.rejects.append(reject) }
    }

    private static func parse(
        _ json: String, _ fields: ExtraFields = fields, hasher: UserHasher = UserHasher(), chunk: Int = .max
    ) -> Parsed {
        var sink = Sink(
            hasher: hasher,
            batcher: LaneBatcher(
                syncID: 1, firstBatchNumber: 1, lanes: .hashed(1), maximumUsers: 1, maximumBodyBytes: 65_536,
                extraFields: fields))
        var parser = LegacyStreamParser(extraFields: fields)
        var rest = Array(json.utf8)[...]
        while !rest.isEmpty {
            Array(rest.prefix(chunk)).withUnsafeBytes { parser.consume($0, into: &sink) }
            rest = rest.dropFirst(chunk)
        }
        parser.finish(into: &sink)
        return sink.parsed
    }

    /// A sound record with further members.
    private static func record(_ members: String) -> String {
        #"{"id":1,"userName":"ana","email":"a@b","createdAt":"2024-05-01T10:00:00Z","deleted":false\#(members)}"#
    }

    @Test(
        "absent and null are NULL; every type has one form; the last of a repeated key counts; other keys are ignored",
        arguments: [
            ("", #"\N|\N|\N|\N|\N"#),
            (#","phone":null,"age":null,"score":null,"vip":null,"seen":null"#, #"\N|\N|\N|\N|\N"#),
            (
                #","phone":"","age":-9223372036854775808,"score":1.50,"vip":true,"seen":"1970-01-01T00:00:01Z""#,
                #"|-9223372036854775808|1.5|t|1000000"#
            ),
            (
                #","seen":"1970-01-01T01:00:01+01:00","vip":false,"score":1e2,"age":0,"phone":"\\N""#,
                #"\\N|0|100|f|1000000"#
            ),
            (#","phone":1,"phone":"tab\there","other":{"phone":2}"#, #"tab\there|\N|\N|\N|\N"#),
            (#","ph\u006fne":"é\u00e9","score":-0"#, #"éé|\N|0|\N|\N"#),
        ])
    func values(members: String, expected: String) {
        for chunk in [Int.max, 1, 7] {
            let parsed = Self.parse(Self.record(members), chunk: chunk)
            #expect(parsed.lines == ["\t" + expected.replacing("|", with: "\t")], "in chunks of \(chunk)")
            #expect(parsed.rejects.isEmpty)
        }
    }

    @Test(
        "a value of another type is a reject that names the field and the user",
        arguments: [
            ("phone", "1"), ("phone", "true"), ("phone", "[]"), ("age", "1.0"), ("age", "1e2"), ("age", "\"1\""),
            ("age", "9223372036854775808"), ("score", "\"1.5\""), ("score", "{}"), ("vip", "1"), ("vip", "\"true\""),
            ("seen", "\"yesterday\""), ("seen", "\"2024-02-30T00:00:00Z\""), ("seen", "1"),
        ])
    func mistyped(key: String, value: String) {
        let parsed = Self.parse(Self.record(",\"\(key)\":\(value)") + Self.record(""))
        #expect(parsed.lines.count == 1)
        #expect(parsed.rejects.map(\.storedReason) == ["invalid_field:\(key)"])
        #expect(parsed.rejects.first?.userName == Array("ana".utf8))
    }

    @Test("text that no column can store is a reject")
    func unstorable() {
        #expect(Self.parse(Self.record(#","phone":"\u0000""#)).rejects.map(\.reason) == [.unstorableText])
    }

    @Test("the digest tells values apart, NULL from empty, and no spelling of one value from another")
    func digests() {
        let hasher = UserHasher()
        func content(_ members: String) -> UInt64 {
            let contents = Self.parse(Self.record(members), hasher: hasher).contents
            #expect(contents.count == 1)
            return contents.first ?? 0
        }
        let same = [
            ("\"score\":1.50", "\"score\":1.5"), ("\"score\":1e2", "\"score\":100.0"), ("\"phone\":null", "\"x\":1"),
            ("\"seen\":\"2024-05-01T12:00:00+02:00\"", "\"seen\":\"2024-05-01T10:00:00.000Z\""),
        ]
        for (left, right) in same { #expect(content("," + left) == content("," + right), "\(left)") }
        let different = [
            ("\"phone\":\"\"", "\"phone\":null"), ("\"age\":1", "\"age\":2"), ("\"age\":1", "\"score\":1"),
            ("\"vip\":false", "\"vip\":null"), ("\"phone\":\"\\\\N\"", "\"phone\":null"),
            ("\"score\":1.5", "\"score\":1.50000000000000000000000000000000001"),
        ]
        for (left, right) in different { #expect(content("," + left) != content("," + right), "\(left)") }
    }

    @Test("a message carries them under their columns, and without them is of the version before")
    func messages() throws {
        let members = #","phone":"+55 \t\"x\"","age":7,"score":0.10,"vip":true,"seen":"1970-01-01T00:00:02Z""#
        let body = try #require(Self.parse(Self.record(members)).bodies.first)
        #expect(
            body.starts(
                with: "user-sync/3\t1\t1\t0\t1\tphone:text,age:integer,score:number,vip:boolean,seen_at:timestamp\n"
                    .utf8))
        let batch = try MessageDecoder.decode(body)
        #expect(batch.header.extraColumns == Self.fields.columns)
        #expect(batch.extras.columns.map(\.isNull) == Array(repeating: [false], count: 5))
        #expect(Self.shown(batch) == ["+55 \t\"x\"", "7", "0.1", "true", "2000000"])
        let empty = try MessageDecoder.decode(try #require(Self.parse(Self.record("")).bodies.first))
        #expect(empty.extras.columns.map(\.isNull) == Array(repeating: [true], count: 5))
        let plain = try #require(Self.parse(Self.record(members), .none).bodies.first)
        #expect(plain.starts(with: "user-sync/2\t1\t1\t0\t1\n".utf8))
    }

    private static func shown(_ batch: DecodedBatch) -> [String] {
        batch.extras.columns.map { column in
            switch column.values {
            case .integers(let values), .timestamps(let values): return "\(values[0])"
            case .booleans(let values): return "\(values[0])"
            case .texts:
                var text = ""
                column.withText(of: 0) { text = String(decoding: $0, as: UTF8.self) }
                return text
            }
        }
    }

    @Test(
        "a message whose list of columns or values is not as it must be is refused",
        arguments: [
            ("", "", .invalidHeader), ("phone", "x", .invalidHeader), ("phone:varchar", "x", .invalidHeader),
            ("Phone:text", "x", .invalidHeader), ("a:text,a:text", "x\tx", .invalidHeader),
            ("\"a\":text", "x", .invalidHeader),
            ("a:text", "x\ty", .extraField), ("a:text,b:text", "x", .missingField), ("a:text", #"\Nx"#, .invalidEscape),
            ("a:integer", "1.5", .invalidNumber), ("a:number", "1.50", .invalidNumber),
            ("a:number", "NaN", .invalidNumber),
            ("a:number", "", .invalidNumber), ("a:boolean", "true", .invalidFlags),
            ("a:boolean,b:text", "\tx", .invalidFlags),
            ("a:timestamp", "9223372036854775807", .createdAtOutOfRange),
        ] as [(String, String, MessageError.Code)])
    func refused(list: String, values: String, code: MessageError.Code) {
        let body = "user-sync/3\t1\t1\t0\t1\t\(list)\n1\t2\t0\tana\te\t\(values)\n"
        let error = #expect(throws: MessageError.self) { try MessageDecoder.decode(Array(body.utf8)) }
        #expect(error?.code == code, "\(String(describing: error))")
    }

    @Test("a damaged message is refused, or holds sound values")
    func damaged() throws {
        var random = SeededGenerator(seed: 17)
        let members = #","phone":"日本\n","age":7,"score":-1.25e-3,"vip":false"#
        let body = try #require(Self.parse(Self.record(members)).bodies.first)
        var accepted = 0
        for _ in 0..<20_000 {
            var damaged = body
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<damaged.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: damaged[place] = UInt8.random(in: 0...255, using: &random)
                case 1: damaged.remove(at: place)
                default: damaged.insert([9, 10, 92, 78, 44, 58].randomElement(using: &random) ?? 9, at: place)
                }
            }
            guard let batch = try? MessageDecoder.decode(damaged) else { continue }
            accepted += 1
            #expect(batch.extras.columns.count == batch.header.extraColumns.count)
            for column in batch.extras.columns {
                #expect(ExtraColumn.isLegal(column.column.name.utf8) && column.isNull.count == batch.count)
                column.withText(of: 0) { #expect(String(validating: $0, as: UTF8.self) != nil && !$0.contains(0)) }
            }
        }
        #expect(accepted > 100)
    }

    @Test("a user that its extra fields make too large for a message is refused, and one that just fits is not")
    func tooLarge() {
        let text = String(repeating: "x", count: 60_000)
        #expect(Self.parse(Self.record(",\"phone\":\"\(text)\"")).bodies.count == 1)
        // Each character takes twelve bytes in a message.
        let escaped = String(repeating: "\u{FFFF}", count: 6_000)
        let parsed = Self.parse(Self.record(",\"phone\":\"\(escaped)\""))
        #expect(parsed.lines.count == 1)
        #expect(parsed.bodies.isEmpty)
    }
}
