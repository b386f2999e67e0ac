import Fuzzing
import SyncCore
import TestSupport
import Testing

/// Streams made to hurt, read whole and in pieces, against the reference reader.
@Suite("Legacy stream: hostile inputs")
struct LegacyStreamCorpusTests {
    private static let record =
        #"{"id":7,"userName":"jos\u00e9 é","email":"j@x","createdAt":"2023-04-05T06:07:08.009Z","deleted":false,"x":[1,{"y":-2.5e1}]}"#

    /// Compares the parser with the reference, under every chunking that a mistake could depend on.
    private static func expectAgreement(_ bytes: [UInt8], _ what: Comment? = nil, chunkings: [Chunking]) {
        let expected = ReferenceReader(bytes: bytes).read()
        for chunking in chunkings {
            let reading = parse(bytes, chunking: chunking)
            if reading != expected {
                Issue.record(
                    """
                    \(what ?? "") \(Excerpt.printable(bytes.prefix(400), isCut: true)) \(chunking)
                    parser: \(reading.rejects.prefix(5)) \(reading.userIDs.prefix(5)) \(reading.damagedBytes)
                    reference: \(expected.rejects.prefix(5)) \(expected.userIDs.prefix(5)) \(expected.damagedBytes)
                    """)
            }
        }
    }

    private static let all: [Chunking] = [
        .whole, .everyByte, .bytes(2), .bytes(7), .bytes(64), .random(SeededGenerator(seed: 5), maximum: 90),
    ]

    @Test("every truncation of a valid document")
    func truncations() {
        let document = Array("[\(Self.record),\(Self.record)]".utf8)
        for length in 0...document.count {
            Self.expectAgreement(Array(document.prefix(length)), chunkings: [.whole, .everyByte])
            Self.expectAgreement(Array(document.suffix(length)), chunkings: [.whole, .everyByte])
        }
    }

    @Test("every single-byte corruption of a small document")
    func corruptions() {
        let document = Array(
            #"[{"id":1,"userName":"a","email":"","createdAt":"2023-04-05T06:07:08Z","deleted":true},{}]"#.utf8)
        for index in document.indices {
            for byte in UInt8.min...UInt8.max {
                var damaged = document
                damaged[index] = byte
                Self.expectAgreement(damaged, chunkings: [.bytes(index + 1)])
            }
            for byte in Array("{}[]\",:\\0 \u{0}".utf8) + [0xC3] {
                var damaged = document
                damaged.insert(byte, at: index)
                Self.expectAgreement(damaged, chunkings: [.bytes(index + 1), .everyByte])
            }
            var damaged = document
            damaged.remove(at: index)
            Self.expectAgreement(damaged, chunkings: [.bytes(index + 1), .everyByte])
        }
    }

    @Test("a stream cut in two at every byte")
    func everySplit() {
        let stream = Array(
            "\u{FEFF}[\(Self.record)]{/dados/:/corrimpidos/}[\(Self.record),{\"a\":{\"b\":\(Self.record)]\r\n\(Self.record)"
                .utf8)
        let expected = ReferenceReader(bytes: stream).read()
        #expect(expected.userIDs == [7, 7, 7, 7])
        for split in 0...stream.count {
            var parser = LegacyStreamParser()
            var sink = CollectingSink()
            stream[..<split].withUnsafeBytes { parser.consume($0, into: &sink) }
            stream[split...].withUnsafeBytes { parser.consume($0, into: &sink) }
            parser.finish(into: &sink)
            if sink.findings != expected.findings { Issue.record("split at \(split)") }
        }
    }

    @Test("shapes made to confuse: nesting, numbers, strings, quotes, noise")
    func shapes() {
        func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
        let shapes = [
            times("{", 3000), times("[", 3000), times("{\"a\":", 2000), times("{\"a\":[", 1000) + times("]}", 1000),
            times("{\"a\":", 40) + Self.record + times("}", 40), times("}", 100), times("\"", 500), times("{\"", 700),
            times("\\", 100), times("{}", 500), times("{\"\":", 31) + "{}" + times("}", 31), times("{ ", 1000),
            "{\"id\":" + times("9", 5000) + "}", "{\"id\":-" + times("0", 50) + "}",
            "{\"x\":0." + times("1", 9000) + "e" + times("1", 9000) + "}",
            "{\"x\":\"" + times("\\u0000", 3000) + "\"}", "{\"x\":\"" + times("é", 9000) + "\"}" + Self.record,
            "{\"x\":\"" + times("\\\"", 5000), times("{\"a\":\"b\",", 900), times("{\",\":\"", 900),
            times("{\"\\\"", 900),
            times("\u{0}", 300) + Self.record + times("\u{0}", 300), "{\u{0}" + Self.record,
            times("[\(Self.record)]\r\n", 20),
            "{\"users\":[" + times(Self.record + ",", 20), "null true 12 \"{\" " + Self.record,
            "[" + times(Self.record + ",", 50) + "]",
            times("{/dados/:/corrimpidos/}", 30) + Self.record, "{\"a\":tru}{\"a\":nul}{\"a\":falsE}" + Self.record,
        ]
        for shape in shapes { Self.expectAgreement(Array(shape.utf8), chunkings: Self.all) }
    }

    @Test("objects around the size limit, in chunks of every kind")
    func sizes() {
        for size in [65_534, 65_535, 65_536, 65_537, 65_540, 70_000] {
            let frame = #"{"x":""}"#.utf8.count
            for tail in ["", Self.record, "\"" + Self.record] {
                let object = "{\"x\":\"" + String(repeating: "p", count: size - frame) + "\"}" + tail
                Self.expectAgreement(
                    Array(object.utf8),
                    chunkings: [.whole, .bytes(1), .bytes(65_536), .bytes(65_535), .bytes(16_384), .bytes(999)])
            }
        }
    }
}
