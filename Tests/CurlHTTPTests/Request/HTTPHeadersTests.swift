import Testing

@testable import CurlHTTP

@Suite("Header fields")
struct HTTPHeadersTests {
    @Test("names are compared without regard to case, values keep theirs")
    func names() {
        var headers: HTTPHeaders = ["Content-Type": "Text/Plain"]
        headers.add(name: "X-A", value: "1")
        headers.add(name: "x-a", value: "2")
        #expect(headers["content-TYPE"] == "Text/Plain")
        #expect(headers["X-a"] == "1")
        #expect(headers.all("x-A") == ["1", "2"])
        #expect(headers["X-B"] == nil)
        #expect(headers.map(\.name) == ["Content-Type", "X-A", "x-a"])
    }

    @Test("setting replaces all fields of the name")
    func setting() {
        var headers: HTTPHeaders = ["A": "1", "a": "2", "B": "3"]
        headers["A"] = "4"
        #expect(headers.all("a") == ["4"])
        headers["b"] = nil
        #expect(headers.count == 1)
    }

    @Test("letters are folded, other characters are not")
    func folding() {
        #expect(!"@".equalsIgnoringCase("`"))
        #expect(!"[".equalsIgnoringCase("{"))
        #expect("Zz-".equalsIgnoringCase("zZ-"))
    }
}
