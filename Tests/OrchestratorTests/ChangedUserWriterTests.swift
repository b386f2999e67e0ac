import Foundation
import Synchronization
import Testing

@testable import Orchestrator
@testable import SyncStorage

@Suite("Lists of changed users")
struct ChangedUserWriterTests {
    private func written(_ format: ChangeReport.Format, _ users: [(String, UserChange)]) async throws -> String {
        let output = Mutex<[UInt8]>([])
        var writer = ChangedUserWriter(format: format) { bytes in output.withLock { $0 += bytes } }
        for (name, change) in users {
            var name = name
            name.withUTF8 { writer.receive(ChangedUser(userName: UnsafeRawBufferPointer($0), change: change)) }
        }
        try await writer.flush()
        try await writer.flush()
        return String(decoding: output.withLock { $0 }, as: UTF8.self)
    }

    private let odd = "a \"b\",\\\n\u{1b}[31mé"

    @Test("text is a line each, with nothing in a name that a terminal would obey")
    func text() async throws {
        #expect(
            try await written(.text, [("ana", .inserted), ("bia", .updated), ("cid", .newlyDeleted)]) == """
                inserted       ana
                updated        bia
                newly deleted  cid

                """)
        let line = try await written(.text, [(odd, .inserted)])
        #expect(line == "inserted       a \"b\",\\  [31mé\n")
        #expect(try await written(.text, []) == "")
    }

    @Test("JSON is an object a line, and every name comes back as it was")
    func json() async throws {
        struct Line: Decodable, Equatable {
            let userName: String
            let change: String
        }
        let names = ["ana", odd, "\u{0}\u{1f}", "日本", ""]
        let lines = try await written(.json, names.map { ($0, .newlyDeleted) }).split(separator: "\n")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let decoded = try lines.map { try decoder.decode(Line.self, from: Data($0.utf8)) }
        #expect(decoded == names.map { Line(userName: $0, change: "newly_deleted") })
        #expect(lines.first == #"{"change":"newly_deleted","user_name":"ana"}"#)
    }

    @Test(
        "no format prints what a terminal obeys, and CSV marks every beginning of a formula",
        arguments: ["\u{9b}", "\u{202e}", "\u{2028}", "\u{feff}", "\u{1b}", "\r", "\t"])
    func hostile(character: String) async throws {
        for format in [ChangeReport.Format.text, .json, .csv] {
            let output = try await written(format, [("a\(character)b", .inserted), ("\(character)=x", .inserted)])
            #expect(!output.contains(character), "\(format)")
        }
        for start in ["=", "+", "-", "@", "\u{FF1D}", "\u{FF20}", "\t", "\r"] {
            #expect(try await written(.csv, [(start + "1", .inserted)]).contains("\n\"'"), "\(start)")
        }
    }

    @Test("CSV has its names first, and quotes what needs it")
    func csv() async throws {
        #expect(
            try await written(.csv, [("ana", .inserted), ("a,b", .updated), ("say \"x\"", .newlyDeleted)])
                == "user_name,change\nana,inserted\n\"a,b\",updated\n\"say \"\"x\"\"\",newly_deleted\n")
        #expect(try await written(.csv, []) == "user_name,change\n")
    }
}
