import Foundation
import NIOCore
import Testing

@testable import LegacySimulator

@Suite("The stream")
struct StreamTests {
    @Test("the same seed gives the same bytes, whatever the size of blocks; another seed gives others")
    func deterministic() {
        let profile = troubled(seed: 7, users: 3000)
        let first = body(profile)
        #expect(first == body(profile))
        #expect(first == body(profile, blockBytes: 1))
        #expect(first == body(profile, blockBytes: 1 << 20))
        #expect(first != body(troubled(seed: 8, users: 3000)))
    }

    @Test("a known seed still gives the bytes it gave when this was written")
    func stable() {
        let text = String(decoding: body(sound(users: 2)), as: UTF8.self)
        #expect(
            text
                == #"[{"id":1,"userName":"elenapinto0","email":"elena.pinto0@post.example","createdAt":"2020-04-13T13:45:48.446Z","#
                + #""deleted":false},{"id":2,"userName":"frank_carvalho1","email":"frank.carvalho1@a.example","#
                + #""createdAt":"2014-12-24T09:04:55.068Z","deleted":false}]"#)
    }

    @Test("a record does not depend on how many follow")
    func prefixStable() {
        let short = UserPlanner(troubled(seed: 3, users: 10))
        let long = UserPlanner(troubled(seed: 3, users: 100_000))
        for record in 0..<10 { #expect(short.plan(record) == long.plan(record)) }
    }

    @Test("every valid record is strict JSON that says what was planned", arguments: 0..<8)
    func strictJSON(spelling: Int) throws {
        var profile = troubled(seed: UInt64(spelling), users: 600)
        profile.extraFields = spelling & 1 != 0
        profile.whitespace = spelling & 2 != 0
        profile.variedDates = spelling & 4 != 0
        let planner = UserPlanner(profile)
        let records = RecordWriter(profile)
        for record in 0..<profile.users {
            let plan = planner.plan(record)
            let json = written { records.writeRecord(plan, to: &$0) }
            let object = try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
            let name = written { records.writeUserName(plan.identity, .value, to: &$0) }
            let email = written { records.writeEmail(plan, .value, to: &$0) }
            #expect((object["id"] as? NSNumber)?.intValue == plan.legacyID)
            #expect((object["userName"] as? String).map { Array($0.utf8) } == name)
            // Foundation drops a byte order mark at the start of a string when it is not spelled as an escape.
            #expect(
                (object["email"] as? String).map(withoutMark) == withoutMark(String(decoding: email, as: UTF8.self)))
            #expect(ReferenceReader(json).users.map(\.email) == [email])
            #expect((object["deleted"] as? NSNumber)?.boolValue == plan.deleted)
            #expect((1...255).contains(String(decoding: name, as: UTF8.self).unicodeScalars.count))
            #expect(json.count <= RecordWriter.maximumRecordBytes)
        }
    }

    @Test("a plain array of undamaged records is one JSON document")
    func wholeDocument() throws {
        var profile = sound(users: 500)
        profile.format = .array
        let array = try JSONSerialization.jsonObject(with: Data(body(profile))) as? [[String: Any]]
        #expect(array?.count == 500)
    }

    @Test(
        "a source without users is an empty array, or nothing where there are no brackets",
        arguments: DataProfile.Format.allCases)
    func empty(format: DataProfile.Format) {
        var profile = sound(users: 0)
        profile.format = format
        #expect(body(profile) == Array((format == .glued || format == .array ? "[]" : "").utf8))
        #expect(ExpectedTable(profile).count == 0)
    }

    @Test("arrays hold the number of records asked for, and the mark comes first")
    func shape() {
        var profile = sound(users: 25, arraySize: 10)
        profile.byteOrderMark = true
        let (bytes, counts) = bodyAndCounts(profile)
        #expect(bytes.starts(with: [0xEF, 0xBB, 0xBF, UInt8(ascii: "[")]))
        #expect(counts.arrays == 3)
        #expect(String(decoding: bytes, as: UTF8.self).components(separatedBy: "}][{").count == 3)
    }

    @Test("names that reach the longest length allowed do occur")
    func longestNames() {
        var profile = sound(users: 3000)
        profile.unicodeRate = 1
        let records = RecordWriter(profile)
        let longest = (0..<profile.users).count { identity in
            let name = written { records.writeUserName(identity, .value, to: &$0) }
            return String(decoding: name, as: UTF8.self).unicodeScalars.count == 255
        }
        #expect((40...160).contains(longest))
    }

    @Test("a cut ends the body in the middle of a record")
    func cut() {
        let profile = sound(users: 1000)
        let whole = body(profile)
        var blocks = BlockSource(BodyGenerator(profile), targetBytes: 4096, endsAtArrays: false, cutAfterUsers: 500)
        var bytes: [UInt8] = []
        while let block = blocks.next() { bytes += block.bytes.readableBytesView }
        #expect(whole.starts(with: bytes))
        #expect((0.49...0.51).contains(Double(bytes.count) / Double(whole.count)))
        #expect(bytes.last != UInt8(ascii: "}"))
        #expect(ReferenceReader(bytes).users.count == 500)
    }

    private func withoutMark(_ text: String) -> [UInt8] {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        return text.utf8.starts(with: mark) ? Array(text.utf8.dropFirst(mark.count)) : Array(text.utf8)
    }
}
