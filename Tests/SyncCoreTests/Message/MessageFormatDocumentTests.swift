import Foundation
import Fuzzing
import SyncCore
import Testing

@Suite("docs/message-format.md")
struct MessageFormatDocumentTests {
    private static func document() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("docs/message-format.md"), encoding: .utf8)
    }

    private static func example() throws -> [UInt8] {
        let parts = try document().components(separatedBy: "```user-sync-message\n")
        let example = try #require(parts.count == 2 ? parts[1].components(separatedBy: "```").first : nil)
        return Array(example.utf8)
    }

    @Test("the example decodes to what the page says of it")
    func exampleDecodes() throws {
        let batch = try MessageDecoder.decode(try Self.example())
        #expect(batch.header == MessageHeader(syncID: 42, number: 1017, lane: 7, users: 4))
        #expect(batch.presumedNew == [true, false, false, false])
        let users = (0..<batch.count).map { SampleUser(batch, at: $0) }
        #expect(
            users == [
                SampleUser(legacyID: 1001, userName: "ana", email: "ana@example.com"),
                SampleUser(
                    legacyID: 1002,
                    userName: "joão",
                    email: "joao@example.com",
                    createdAt: 1_680_674_767_123_456,
                    deleted: true
                ),
                SampleUser(
                    legacyID: -3,
                    userName: "back\\slash\tand\ttab",
                    email: "first line\r\nsecond line",
                    createdAt: -62_135_596_800_000_000
                ),
                SampleUser(
                    legacyID: .max,
                    userName: "bell\u{7}\u{FFFF}",
                    email: "日本@例え.jp",
                    createdAt: 253_402_300_799_999_999
                ),
            ]
        )
    }

    @Test("the users of the example are written as the page shows them")
    func exampleIsWrittenSo() throws {
        let example = try Self.example()
        let decoded = try MessageDecoder.decode(example)
        var batcher = LaneBatcher(
            syncID: 42,
            firstBatchNumber: 1017,
            lanes: .hashed(1),
            maximumUsers: 4,
            maximumBodyBytes: 262_144
        )
        var batch: Batch?
        for user in 0..<decoded.count {
            batch = try batcher.append(SampleUser(decoded, at: user), isNew: decoded.presumedNew[user])
        }
        // The lane is the batcher's only one; the rest must be the same bytes.
        let written = try #require(batch).bodyText.replacing("\t0\t4\n", with: "\t7\t4\n", maxReplacements: 1)
        #expect(Array(written.utf8) == example)
    }

    @Test("the example with fields of your own decodes to what the page says of it")
    func extraFields() throws {
        let parts = try Self.document().components(separatedBy: "```user-sync-message-3\n")
        let example = try #require(parts.count == 2 ? parts[1].components(separatedBy: "```").first : nil)
        let batch = try MessageDecoder.decode(Array(example.utf8))
        #expect(batch.header.extraColumns.headerText == "phone:text,score:number,vip:boolean,seen_at:timestamp")
        #expect(
            batch.extras.columns.map(\.isNull) == [[false, false], [false, true], [false, false], [false, true]])
        var phones: [String] = []
        for user in 0..<2 {
            batch.extras.columns[0].withText(of: user) { phones.append(String(decoding: $0, as: UTF8.self)) }
        }
        #expect(phones == ["+55 11", ""])
    }

    @Test("every refusal is explained", arguments: MessageError.Code.allCases)
    func everyCodeIsExplained(code: MessageError.Code) throws {
        #expect(try Self.document().contains("`\(code.rawValue)`"))
    }
}
