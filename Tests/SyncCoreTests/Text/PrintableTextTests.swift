import SyncCore
import TestSupport
import Testing

@Suite("Text from outside")
struct PrintableTextTests {
    /// What a terminal, a log viewer or a spreadsheet of rows might obey.
    static let hostile: [Unicode.Scalar] =
        (0...0x1F).compactMap(Unicode.Scalar.init) + (0x7F...0x9F).compactMap(Unicode.Scalar.init)
        + ["\u{61C}", "\u{200B}", "\u{200E}", "\u{200F}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{E0001}"]
        + (0x202A...0x202E).compactMap(Unicode.Scalar.init) + (0x2066...0x2069).compactMap(Unicode.Scalar.init)

    static func random(using generator: inout SeededGenerator) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...80, using: &generator) {
            if Bool.random(using: &generator) {
                text.append(hostile[Int.random(in: 0..<hostile.count, using: &generator)])
            } else if let scalar = Unicode.Scalar(UInt32.random(in: 0x20...0x2FFFF, using: &generator)) {
                text.append(scalar)
            }
        }
        return String(text)
    }

    static func isSafe(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { !hostile.contains($0) && PrintableText.isPrintable($0) }
    }

    @Test("nothing that a terminal obeys passes, whatever comes in", arguments: UInt64(0)..<200)
    func line(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let text = Self.random(using: &generator)
            #expect(Self.isSafe(PrintableText.line(text)))
            #expect(PrintableText.lines(text).split(separator: "\n").allSatisfy { Self.isSafe(String($0)) })
            let json = PrintableText.json("\"" + text.filter { $0 != "\"" && $0 != "\\" } + "\"")
            #expect(json.unicodeScalars.allSatisfy { PrintableText.isPrintable($0) || $0 == "\n" })
        }
    }

    @Test("a text of any length becomes one of bounded length")
    func bound() {
        let text = PrintableText.line(String(repeating: "é", count: 100_000))
        #expect(text.count == PrintableText.messageLength + 1)
        #expect(PrintableText.line("short") == "short")
        #expect(PrintableText.line("12345", limit: 5) == "12345")
        #expect(PrintableText.line("123456", limit: 5) == "12345…")
    }

    @Test("what people write stays as it is: other scripts, accents, emoji")
    func harmless() {
        for text in ["naïve café", "日本語", "Ελληνικά", "עברית", "🙂 ok", "a\u{301}"] {
            #expect(PrintableText.line(text) == text)
        }
    }
}
