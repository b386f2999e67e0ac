import Logging
import SyncCore
import TestSupport
import Testing

@testable import ServiceRuntime

@Suite("A log event for a person at a terminal")
struct TerminalLineTests {
    private func lines(_ text: String, _ level: Logger.Level = .info, columns: Int = 80) -> [String] {
        TerminalLine(clock: "12:00:05", level: level, text: text).lines(columns: columns, style: .plain)
    }

    @Test("is the time and the text; a warning has a mark")
    func plain() {
        #expect(lines("sync 42 started") == ["12:00:05   sync 42 started"])
        #expect(lines("stream failed", .warning) == ["12:00:05 ! stream failed"])
        #expect(lines("stream failed", .warning, columns: 30) == ["! stream failed"])
    }

    @Test("is broken between words, below its own beginning")
    func wrapped() {
        #expect(
            lines("the database is away, retrying in 0.4 s: no route to host", columns: 41) == [
                "12:00:05   the database is away,", "           retrying in 0.4 s: no route", "           to host",
            ])
    }

    @Test(
        "is never wider than a window of 12 columns or more, and obeys nothing that comes from outside",
        arguments: UInt64(0)..<50)
    func property(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for columns in [12, 20, 39, 40, 41, 80, 200] {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...300, using: &generator) {
                let limit: UInt32 = Bool.random(using: &generator) ? 0x7F : 0x1F640
                if let scalar = Unicode.Scalar(UInt32.random(in: 0...limit, using: &generator)) { text.append(scalar) }
            }
            for line in lines(String(text), .warning, columns: columns) {
                #expect(TextWidth.columns(of: line) < columns, "\(columns): \(line)")
                #expect(line.unicodeScalars.allSatisfy(PrintableText.isPrintable))
            }
        }
    }

    @Test("wrapping loses no character but the spaces between words", arguments: UInt64(0)..<20)
    func nothingLost(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let words = (0..<30).map { _ in
            String(repeating: "x", count: Int.random(in: 1...40, using: &generator))
        }
        let width = Int.random(in: 1...60, using: &generator)
        let lines = TextWidth.wrap(words.joined(separator: " "), to: width)
        #expect(lines.allSatisfy { $0.count <= width && !$0.isEmpty })
        #expect(lines.joined().filter { $0 != " " } == words.joined())
    }

    @Test("an event without a phrase is its message, its fields and its error, without the ids of traces and messages")
    func fallback() {
        let fields = LogFields([
            "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "users": .stringConvertible(3000), "pause": "0.412 seconds",
            "error": "no route\nto \u{1b}[31mhost",
        ])
        #expect(
            TerminalPhrases().line("trying again", fields)
                == "trying again (pause 0.4 s, users 3,000): no route to  [31mhost")
        #expect(TerminalPhrases(["x": { _ in nil }]).line("x", LogFields([:])) == "x")
    }
}
