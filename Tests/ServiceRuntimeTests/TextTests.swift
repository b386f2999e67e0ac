import Testing

@testable import ServiceRuntime

@Suite("Text for people")
struct TextTests {
    @Test("numbers are grouped, bytes and times rounded to what a person reads")
    func humanized() {
        #expect([0, 999, 1000, 1_234_567, -1000].map(Humanized.count) == ["0", "999", "1,000", "1,234,567", "-1,000"])
        #expect(
            [0, 999, 1000, 61_249_000, 999_960].map { Humanized.bytes($0) } == [
                "0 B", "999 B", "1.0 kB", "61.2 MB", "1.0 MB",
            ])
        let durations: [Duration] = [
            .milliseconds(40), .milliseconds(59_949), .seconds(60), .seconds(185), .seconds(3725), .seconds(100_000),
        ]
        #expect(durations.map(Humanized.duration) == ["0.0 s", "59.9 s", "1m 00s", "3m 05s", "1h 02m", "1d 03h"])
        #expect(Humanized.roughly(.milliseconds(4400)) == "4 s")
        #expect(Humanized.duration(.seconds(-5)) == "0.0 s")
    }

    @Test("width counts what is seen: wide characters twice, marks and styles not at all")
    func width() {
        #expect(TextWidth.columns(of: "abc") == 3)
        #expect(TextWidth.columns(of: "日本") == 4)
        #expect(TextWidth.columns(of: "e\u{301}") == 1)
        #expect(TextWidth.columns(of: TextStyle(isOn: true).bad("abc")) == 3)
        #expect(TextWidth.cut("abcdef", to: 4) == "abc…")
        #expect(TextWidth.cut("日本語", to: 4) == "日…")
        #expect(TextWidth.cut("abc", to: 3) == "abc")
        #expect(TextWidth.cut("abc", to: 0) == "")
    }

    @Test("nothing from outside is obeyed by the terminal or breaks a line")
    func printable() {
        #expect(TextWidth.printable("a\u{1b}[2Jb\r\nc\u{202E}d\u{9b}e") == "a [2Jb  c?d e")
    }
}

@Suite("Tables")
struct TextTableTests {
    private func table() -> TextTable {
        var table = TextTable([
            .init("id", .right), .init("status"), .init("size", .right, dispensability: 1),
            .init("error", isFlexible: true),
        ])
        table.append(["7", "FAILED", "1,000", "the database was down for a while"])
        table.append(["12", "OK", "20", ""])
        return table
    }

    @Test("columns are aligned, and lines end without blanks")
    func natural() {
        #expect(
            table().lines(width: nil) == [
                "id  status   size  error",
                " 7  FAILED  1,000  the database was down for a while",
                "12  OK         20",
            ])
    }

    @Test("the flexible column is cut first, then dispensable ones go")
    func narrow() {
        #expect(table().lines(width: 40)[1] == " 7  FAILED  1,000  the database was dow…")
        #expect(table().lines(width: 30)[1] == " 7  FAILED  the database was …")
    }

    @Test("no line is wider than asked for, at any width", arguments: 1...80)
    func fits(width: Int) {
        for line in table().lines(width: width) where width >= 10 { #expect(TextWidth.columns(of: line) <= width) }
    }
}
