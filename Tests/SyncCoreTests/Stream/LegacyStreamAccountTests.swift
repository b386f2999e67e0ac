import Fuzzing
import SyncCore
import Testing

/// The stream's account: every byte is a user, a separator, or part of a reject.
@Suite("Legacy stream: the account")
struct LegacyStreamAccountTests {
    @Test(
        "thousands of sound bodies, cut anywhere and changed at any place, cost no live user the mark of a deleted one")
    func property() async {
        let cases = UInt64(fuzzCases(4_000))
        let report = await FuzzRun(subject: AccountSubject.self, firstSeed: 1_000_000, cases: cases).run()
        #expect(report.isSound, "\(report.line)\n\(report.problems.joined(separator: "\n"))")
    }

    /// The users of `testdata`: 300 in one array.
    private static func user(_ id: Int) -> String {
        let name = "user" + String(repeating: "0", count: 7 - "\(id)".count) + "\(id)"
        return
            #"{"id":\#(id),"userName":"\#(name)","email":"u\#(id)@example.com","createdAt":"2024-05-01T10:00:00Z","deleted":false}"#
    }

    private static let array = "[" + (0..<300).map(user).joined(separator: ",") + "]"

    @Test(
        "every byte of a record, changed into another, leaves a user, a reject or a failed attempt",
        arguments: [0, 150, 299])
    func everyByte(id: Int) throws {
        let body = Array("[\(Self.user(1_000)),\(Self.user(id)),\(Self.user(1_001))]".utf8)
        let record = Self.user(id).utf8.count
        let start = Self.user(1_000).utf8.count + 2
        for index in start..<start + record {
            for byte in Array("{}[]\",:\\0 atn".utf8) + [0, 1, 0x7F, 0x80, 0xC3, 0xEF, 0xFF] where byte != body[index] {
                var changed = body
                changed[index] = byte
                let reading = parse(changed)
                if reading.isCut { continue }
                #expect(reading.userIDs.count + (reading.rejects.isEmpty ? 0 : 1) >= 3, "\(index): \(byte)")
            }
        }
    }

    @Test(
        "a record that lost its brace, its end, or got a control byte is damage that may hide its user, and no other is lost"
    )
    func damagedRecords() {
        let record = Self.user(50)
        for damaged in [
            " " + record.dropFirst(), #"{"id": 50,"#, record.replacing("userName", with: "us\u{1}rName"),
        ] {
            let reading = parse(Self.array.replacing(record, with: damaged))
            #expect(reading.userIDs == Array(0..<50) + Array(51..<300))
            #expect(reading.rejects.map(\.mayHideUser) == [true])
            #expect(!reading.isCut)
        }
    }

    @Test("damage without end is one reject with a bounded excerpt, handed over once, also when the stream breaks off")
    func longDamage() {
        let text = "[\(Self.user(1))," + String(repeating: "x\u{0}", count: 100_000)
        #expect(parse(text, chunking: .bytes(999)).rejects.count == 1)
        var parser = LegacyStreamParser()
        var sink = CollectingSink()
        Array(text.utf8).withUnsafeBytes { parser.consume($0, into: &sink) }
        #expect(sink.findings.count == 1)
        parser.abandon(into: &sink)
        #expect(sink.findings.count == 2)
        #expect(sink.findings.last?.reject?.excerpt.hasPrefix(#"x\u{0}x\u{0}"#) == true)
    }

    @Test("whole objects that are no users make a reject each, as do the pieces between them")
    func mixed() {
        let reading = parse("[x{}y{\"a\":1}z,\(Self.user(1))]{}")
        #expect(reading.rejects.map(\.excerpt) == ["x", "{}", "y", #"{"a":1}"#, "z", "{}"])
        #expect(reading.rejects.map(\.mayHideUser) == [true, true, true, true, true, false])
    }
}
