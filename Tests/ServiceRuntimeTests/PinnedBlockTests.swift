import Testing

@testable import ServiceRuntime

@Suite("Lines pinned to the lower end of a terminal")
struct PinnedBlockTests {
    private let size = TerminalSize(columns: 20, rows: 10)

    @Test("the first drawing moves nowhere, the next begins where the first began")
    func redraw() {
        var block = PinnedBlock()
        #expect(block.replace(with: ["one", "two"], size: size) == "\rone\u{1b}[K\ntwo\u{1b}[K\u{1b}[J")
        #expect(block.replace(with: ["1", "2"], size: size) == "\r\u{1b}[1A1\u{1b}[K\n2\u{1b}[K\u{1b}[J")
    }

    @Test("a log line scrolls by above the block, which stays")
    func above() {
        var block = PinnedBlock()
        #expect(block.writeAbove("log\n", size: size) == "log\n")
        _ = block.replace(with: ["one", "two"], size: size)
        #expect(block.writeAbove("log\n", size: size) == "\r\u{1b}[1A\u{1b}[Jlog\none\ntwo")
    }

    @Test("in a window made narrower, the rows that the lines take now are counted")
    func narrower() {
        var block = PinnedBlock()
        _ = block.replace(with: ["0123456789", "01234"], size: size)
        #expect(
            block.replace(with: ["x"], size: TerminalSize(columns: 4, rows: 10)) == "\r\u{1b}[4Ax\u{1b}[K\u{1b}[J")
    }

    @Test("a finished block is gone, and what follows is plain")
    func finish() {
        var block = PinnedBlock()
        _ = block.replace(with: ["one", "two"], size: size)
        #expect(block.finish(with: ["end"], size: size) == "\r\u{1b}[1A\u{1b}[Jend\n")
        #expect(block.finish(with: [], size: size) == "")
        #expect(block.writeAbove("log\n", size: size) == "log\n")
    }
}

@Suite("What a terminal can show")
struct TerminalTraitsTests {
    private func traits(_ environment: [String: String], isTerminal: Bool = true) -> TerminalTraits {
        TerminalTraits(
            isTerminal: isTerminal, size: TerminalSize(columns: 80, rows: 24), environment: environment)
    }

    @Test("a terminal gets colour and redrawn lines, and UTF-8 when its locale says so")
    func terminal() {
        let traits = traits(["TERM": "xterm", "LANG": "en_US.UTF-8"])
        #expect(traits.canRedraw && traits.usesColour && traits.usesUnicode)
        #expect(!self.traits(["TERM": "xterm", "LANG": "en_US.UTF-8", "LC_ALL": "C"]).usesUnicode)
    }

    @Test("NO_COLOR takes the colour and nothing else; empty it means nothing")
    func noColour() {
        #expect(traits(["TERM": "xterm", "NO_COLOR": "1"]).canRedraw)
        #expect(!traits(["TERM": "xterm", "NO_COLOR": "1"]).usesColour)
        #expect(traits(["TERM": "xterm", "NO_COLOR": ""]).usesColour)
    }

    @Test("nothing is redrawn on a dumb terminal, without TERM, or where there is no terminal")
    func dumb() {
        for traits in [traits(["TERM": "dumb"]), traits([:]), traits(["TERM": "xterm"], isTerminal: false)] {
            #expect(!traits.canRedraw && !traits.usesColour)
        }
        #expect(traits(["TERM": "xterm"], isTerminal: false).size == nil)
    }
}
