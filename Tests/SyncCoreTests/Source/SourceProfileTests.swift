import Fuzzing
import SyncCore
import TestSupport
import Testing

@Suite("The source's profile")
struct SourceProfileTests {
    @Test("thousands of sound and damaged streams, cut anywhere, are counted as a slow reference counts them")
    func property() {
        var counted = (records: 0, unknown: 0, mistyped: 0)
        for seed in 0..<UInt64(fuzzCases(3_000)) {
            var generator = StreamGenerator(seed: 77_000_000 + seed)
            let (bytes, limits) = generator.stream()
            let expected = ReferenceReader(bytes: bytes, limits: limits).profile()
            for chunking in [Chunking.whole, generator.chunking()] {
                let profile = Self.profile(bytes, chunking, limits)
                guard profile != expected else { continue }
                Issue.record(
                    """
                    seed \(seed), \(chunking): \(Excerpt.printable(bytes, isCut: false))
                    parser: \(profile)
                    reference: \(expected)
                    """)
                return
            }
            counted.records += expected.records
            counted.unknown += expected.unknownFields.count
            counted.mistyped += expected.fields.reduce(0) { $0 + $1.mistyped + $1.null }
        }
        #expect(counted.records > 1_000 && counted.unknown > 50 && counted.mistyped > 100, "\(counted)")
    }

    /// Under the names that the generator gives to unknown fields.
    private static func extraFields(_ kinds: UserField.Kind...) -> ExtraFields {
        ExtraFields(
            zip(["x", "idd", "userNam", "ID", "a"], kinds).enumerated().map { number, field in
                UserField(extra: field.0, column: "c\(number)", kind: field.1)
            })
    }

    @Test("extra fields are counted as the five are, and are none of the unknown ones")
    func extraFieldsProperty() {
        let extraFields = Self.extraFields(.boolean, .integer, .timestamp, .number, .text)
        var kinds: [UserField.Kind: Int] = [:]
        var (nulls, mistyped, unknown) = (0, 0, 0)
        for seed in 0..<UInt64(fuzzCases(1_000)) {
            var generator = StreamGenerator(seed: 78_000_000 + seed)
            let (bytes, limits) = generator.stream()
            var expected = ReferenceReader(bytes: bytes, limits: limits).profile(extraFields: extraFields)
            for chunking in [Chunking.whole, generator.chunking()] {
                let profile = Self.profile(bytes, chunking, limits, extraFields)
                #expect(profile.users <= expected.users && profile.deleted <= expected.deleted, "seed \(seed)")
                (expected.users, expected.deleted) = (profile.users, profile.deleted)
                #expect(profile == expected, "seed \(seed), \(chunking): \(Excerpt.printable(bytes, isCut: false))")
            }
            for (field, extra) in zip(expected.fields.dropFirst(5), extraFields.fields) {
                kinds[extra.kind, default: 0] += expected.records - field.absent - field.null - field.mistyped
                nulls += field.null
                mistyped += field.mistyped
            }
            unknown += expected.unknownFields.count
        }
        #expect(kinds.count == 5 && kinds.values.allSatisfy { $0 > 0 }, "\(kinds)")
        #expect(nulls > 3 && mistyped > 50 && unknown > 10, "\(nulls) \(mistyped) \(unknown)")
    }

    @Test(
        "of extra fields too the last value counts, in characters; a refused record is counted, and is no deleted user")
    func lastValues() {
        let members = #""userName":"ana","email":"a@b","createdAt":"2024-05-01T10:00:00Z","deleted":true"#
        let profile = Self.profile(
            Array(
                """
                {"id":1,\(members),"x":1,"x":"é\\u00e9","idd":-12,"userNam":"2024-05-01T10:00:00Z","ID":1.50,"a":true,"y":1}
                {"id":2,\(members),"x":null,"idd":1.5,"userNam":"yesterday","ID":"1","a":[]}
                {"id":3,\(members),"ID":1e2}
                """.utf8), .whole, .init(), Self.extraFields(.text, .integer, .timestamp, .number, .boolean))
        #expect((profile.records, profile.users, profile.deleted) == (3, 2, 2))
        let extra = profile.fields.dropFirst(5)
        #expect(extra.map(\.name) == ["x", "idd", "userNam", "ID", "a"])
        #expect(extra.map(\.absent) == [1, 1, 1, 0, 1])
        #expect(extra.map(\.null) == [1, 0, 0, 0, 0])
        #expect(extra.map(\.mistyped) == [0, 1, 0, 1, 1])
        #expect(extra.map(\.longest) == [2, 3, 20, 4, nil])
        #expect(profile.unknownFields.map(\.name) == ["y"])
    }

    @Test("records of many alike and many different unknown fields are counted as the reference counts them")
    func manyNames() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<40 {
            let names = (0..<Int.random(in: 1...90, using: &random)).map { number in
                // Some share their first 64 bytes; some are longer than a word, some are empty or need an escape.
                let stem =
                    ["", "f", "field", "a name of two words ", String(repeating: "n", count: 64)]
                    .randomElement(using: &random) ?? ""
                let odd = ["", "\\n", "\\\"q", "é", "\\u0000"].randomElement(using: &random) ?? ""
                return stem + (stem.isEmpty ? odd : "\(number % 7)")
            }
            let values = ["1", "null", "\"x\"", "true", "[1]", "{}", "{"]
            let records = (0..<20).map { id in
                let extra = names.filter { _ in random.chance(9, in: 10) }.map {
                    "\"\($0)\":\(values[Int.random(in: 0..<(random.chance(1, in: 50) ? 7 : 6), using: &random)])"
                }
                return "{\"id\":\(id),"
                    + (extra.shuffled(using: &random) + ["\"deleted\":false"]).joined(separator: ",") + "}"
            }
            let bytes = Array(("[" + records.joined(separator: ",") + "]").utf8)
            let expected = ReferenceReader(bytes: bytes).profile()
            #expect(Self.profile(bytes, .whole) == expected)
            #expect(Self.profile(bytes, .bytes(97)) == expected)
        }
    }

    @Test(
        "a new field in the order of its record is found by its place, and a name that only begins alike is another one"
    )
    func places() {
        let profile = Self.profile(
            Array(
                """
                {"phone":1,"plan":"a"}{"phone":2,"plan":null}{"phone2":3,"plan":1}{"phon":1}{"plan":2,"phone":1}
                """.utf8), .whole)
        #expect(
            profile.unknownFields.map { "\($0.name) \($0.records) \($0.type)" } == [
                "phone 3 number", "plan 4 string", "phone2 1 number", "phon 1 number",
            ])
    }

    @Test("names are bounded in number and length, and made printable; a value is in no profile")
    func bounds() throws {
        let long = String(repeating: "x", count: 500)
        let names = (0..<100).map { "\"f\($0)\":\"secret\"" }
        let text =
            "{\"\(long)\":\"secret\",\"a\u{202E}\u{1b}b\":1}".replacing("\u{1b}", with: "\\u001b")
            + "{" + names.joined(separator: ",") + "}"
        let profile = Self.profile(Array(text.utf8), .whole)
        #expect(profile.unknownFields.count == 64 && profile.unlistedRecords == 1)
        #expect(profile.unknownFields[0].name == String(repeating: "x", count: 64) + "…")
        #expect(profile.unknownFields[1].name == "a\\u{202E}\\u{1B}b")
        #expect(!"\(profile)".contains("secret"))
    }

    @Test("lengths are in characters, of values of the right type alone")
    func lengths() throws {
        let profile = Self.profile(
            Array(
                """
                {"id":-12345,"userName":"José \\u674e😀","email":"a","createdAt":"2024","deleted":true}
                {"id":1.5,"userName":123456789,"email":null,"createdAt":"2024-05-01T10:00:00Z","deleted":"true"}
                """.utf8), .whole)
        #expect(profile.fields.map(\.longest) == [6, 7, 1, 20, nil])
        #expect(profile.fields.map(\.mistyped) == [1, 1, 0, 0, 1])
        #expect(profile.fields.map(\.null) == [0, 0, 1, 0, 0])
    }

    static func profile(
        _ bytes: [UInt8], _ chunking: Chunking, _ limits: LegacyStreamParser.Limits = .init(),
        _ extraFields: ExtraFields = .none
    ) -> SourceProfile {
        var profile = SourceProfile()
        _ = parse(bytes, chunking: chunking, limits: limits, extraFields: extraFields) { profile = $0 }
        return profile
    }
}
