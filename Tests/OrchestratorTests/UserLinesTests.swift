import Foundation
import SyncCore
import Testing

@testable import Orchestrator
@testable import SyncStorage

@Suite("Users a line each")
struct UserLinesTests {
    /// Beginnings of formulas, quotes, other scripts, wildcards, and what a terminal would obey.
    static let names = [
        "ana", "=1+1", "+1", "-1", "@cmd", "\u{FF1D}1", "a,b", "say \"x\"", "100%", "a_b", "日本", "Łukasz", "\u{1b}[31m",
        "a\nb", "\u{202e}x", "\t=1", "back\\slash", "", "👩‍🚀",
    ]

    private func written(_ format: UserLines.Format, _ users: [StoredUser]) -> String {
        let lines = UserLines(format: format)
        var buffer = lines.heading
        for user in users { lines.append(user, to: &buffer) }
        return String(decoding: buffer, as: UTF8.self)
    }

    private struct Line: Decodable, Equatable {
        let id: Int
        let userName: String?
        let legacyId: Int?
        let email: String?
        let legacyCreatedAt: String?
        let deleted: Bool?
        let createdAt: String?
        let updatedAt: String?
        let deletedAt: String?
        let syncId: Int?
    }

    private func decode(_ json: some StringProtocol) throws -> Line {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Line.self, from: Data(json.utf8))
    }

    @Test("a JSON line says what the document of the API says, with its members in the same order", arguments: names)
    func sameAsDocument(name: String) throws {
        for user in [StoredUser.sample(name), .empty] {
            let line = written(.jsonl, [user])
            #expect(line.hasSuffix("\n"))
            #expect(line.dropLast().allSatisfy { $0 != "\n" })
            let document = try SyncLogReport.encode(UserDocument(user: user))
            #expect(try decode(line) == decode(document))
            if user == .sample("ana") || user == .empty { #expect(line == document + "\n") }
        }
        #expect(try decode(written(.jsonl, [.sample(name)])).userName == name)
    }

    @Test("CSV begins with the columns' names, quotes what needs it, and leaves empty what there is not")
    func csv() {
        #expect(
            written(.csv, [.sample("ana"), .empty]) == """
                user_name,legacy_id,email,legacy_created_at,deleted,id,created_at,updated_at,deleted_at,sync_id
                ana,-7,ana@example.com,1970-01-01T00:00:01.000Z,true,3,1970-01-01T00:00:02.000Z,1970-01-01T00:00:03.000Z,1970-01-01T00:00:04.000Z,9
                ,,,,,4,,,,

                """)
        #expect(written(.csv, [.sample("a,b")]).contains("\n\"a,b\",-7,"))
    }

    @Test("a name and an address are both safe where a spreadsheet would run them", arguments: names)
    func formulas(name: String) throws {
        let user = StoredUser(
            id: 1, values: [.text(name), .integer(-1), .text(name), .timestamp(0), .boolean(false)], createdAt: nil,
            updatedAt: nil, deletedAt: nil, syncID: nil)
        let line = try #require(written(.csv, [user]).split(separator: "\n", maxSplits: 1).last)
        for character in ["\u{1b}", "\u{202e}", "\t"] { #expect(!line.contains(character)) }
        let isFormula = ["=1+1", "+1", "-1", "@cmd", "\u{FF1D}1", "\t=1"].contains(name)
        #expect(line.hasPrefix("\"'") == (isFormula || ["\u{1b}[31m"].contains(name)))
        if isFormula { #expect(line.ranges(of: "\"'").count == 2) }
        // A number below zero is no formula.
        #expect(line.contains(",-1,"))
    }

    @Test("people read a line for each column, with nothing in it that a terminal would obey")
    func text() {
        let lines = UserReport.lines(.sample("a\u{1b}[31m\nb"), page: OutputPage(width: nil))
        #expect(lines.count == UserDocument.names.count)
        #expect(lines.first == "user_name          a [31m b")
        #expect(lines.last == "sync_id            9")
        #expect(UserReport.lines(.empty, page: OutputPage(width: nil)).first == "user_name          -")
    }
}

extension StoredUser {
    /// A user who has everything.
    static func sample(_ name: String) -> StoredUser {
        StoredUser(
            id: 3,
            values: [
                .text(name), .integer(-7), .text("\(name == "ana" ? name : "x")@example.com"), .timestamp(1_000_000),
                .boolean(true),
            ], createdAt: 2_000_000, updatedAt: 3_000_000, deletedAt: 4_000_000, syncID: 9)
    }

    /// A row of another program, of which only the number is there.
    static let empty = StoredUser(
        id: 4, values: UserField.all.map { _ in .null }, createdAt: nil, updatedAt: nil, deletedAt: nil, syncID: nil)
}
