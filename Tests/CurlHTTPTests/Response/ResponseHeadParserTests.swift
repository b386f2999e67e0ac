import Testing

@testable import CurlHTTP

@Suite("The head of a response")
struct ResponseHeadParserTests {
    func parse(_ lines: [String]) -> (steps: [ResponseHeadParser.Step], head: ResponseHead) {
        var parser = ResponseHeadParser()
        let steps = lines.map { line in
            Array(line.utf8).withUnsafeBytes { parser.consume(line: $0) }
        }
        return (steps, parser.head)
    }

    @Test("is complete at its empty line")
    func complete() {
        let (steps, head) = parse(["HTTP/1.1 200 OK\r\n", "A: b \r\n", "B:c\r\n", "\r\n"])
        #expect(steps == [.needsMore, .needsMore, .needsMore, .complete])
        #expect(head.status == 200)
        #expect(head.headers["A"] == "b")
        #expect(head.headers["B"] == "c")
    }

    @Test("interim responses and their headers are dropped")
    func interim() {
        let (steps, head) = parse([
            "HTTP/1.1 100 Continue\r\n", "Early: 1\r\n", "\r\n", "HTTP/1.1 103\r\n", "\r\n", "HTTP/1.1 204 \r\n",
            "\r\n",
        ])
        #expect(steps.filter { $0 == .complete }.count == 1)
        #expect(steps.last == .complete)
        #expect(head.status == 204)
        #expect(head.headers.isEmpty)
    }

    @Test("trailers do not change it")
    func trailers() {
        let (steps, head) = parse(["HTTP/1.1 200 OK\r\n", "\r\n", "Late: 1\r\n", "\r\n"])
        #expect(steps == [.needsMore, .complete, .needsMore, .needsMore])
        #expect(head.headers["Late"] == nil)
    }

    @Test("a folded line continues the value before it")
    func folded() {
        #expect(parse(["HTTP/1.1 200 OK\r\n", "A: b\r\n", "  c\r\n", "\r\n"]).head.headers["A"] == "b c")
    }

    @Test("a transfer coding that was not asked for is refused")
    func transferCoding() {
        #expect(parse(["HTTP/1.1 200 OK\r\n", "Transfer-Encoding: Chunked\r\n"]).steps.last == .needsMore)
        for value in ["gzip", "gzip, chunked", "identity"] {
            guard case .malformed = parse(["HTTP/1.1 200 OK\r\n", "Transfer-Encoding: \(value)\r\n"]).steps[1] else {
                Issue.record("\(value) was accepted")
                continue
            }
        }
    }

    @Test("endless headers are refused")
    func endless() {
        let line = "X: " + String(repeating: "x", count: 1000) + "\r\n"
        let (steps, _) = parse(["HTTP/1.1 200 OK\r\n"] + Array(repeating: line, count: 200))
        guard case .malformed = steps.last else {
            Issue.record("200 KB of headers were accepted")
            return
        }
    }

    @Test(
        "hostile lines never crash",
        arguments: [
            "", "\r\n", "HTTP/\r\n", "HTTP/1.1 x\r\n", "HTTP/1.1 99999999999999999999\r\n", ":\r\n", " \r\n",
            "\u{0}\r\n",
        ])
    func hostile(line: String) {
        _ = parse([line, line])
        _ = parse(["HTTP/1.1 200 OK\r\n", line, line])
    }
}
