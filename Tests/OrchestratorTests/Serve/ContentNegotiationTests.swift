import Testing

@testable import Orchestrator

@Suite("Which form of an answer is sent")
struct ContentNegotiationTests {
    @Test(
        "what the client would rather have, or the server's favourite",
        arguments: [
            (nil, "application/json"), ("", "application/json"), ("*/*", "application/json"), ("text/csv", "text/csv"),
            ("text/*", "text/csv"), ("application/json, text/csv", "application/json"),
            ("application/json;q=0.4, text/csv;q=0.5", "text/csv"), ("text/html, */*;q=0.1", "application/json"),
            // The most specific range decides for a type.
            ("*/*, application/json;q=0.2", "text/csv"), ("application/json;q=0, */*", "text/csv"),
            ("TEXT/CSV ; Q=0.9", "text/csv"), ("text/csv;header=present", "text/csv"),
            ("text/html", nil), ("application/json;q=0", nil), ("*/*;q=0", nil),
            // What is no range decides nothing.
            ("nonsense", "application/json"), ("text/csv;q=2, application/json", "application/json"),
        ] as [(String?, String?)])
    func choice(accept: String?, expected: String?) {
        #expect(ContentNegotiation.choose(among: ["application/json", "text/csv"], accept: accept) == expected)
    }
}
