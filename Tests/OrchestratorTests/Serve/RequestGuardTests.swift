import HTTPTypes
import Testing

@testable import Orchestrator

@Suite("Who may ask")
struct RequestGuardTests {
    private static let secret = "0123456789abcdef"
    private let withToken = RequestGuard(token: BearerToken(secret))
    private let trusting = RequestGuard(token: nil)

    @Test("with a token only who shows exactly it is answered")
    func token() {
        let shown: [(String?, Bool)] = [
            ("Bearer \(Self.secret)", true), ("bearer \(Self.secret)", true), (nil, false), ("", false),
            ("Bearer", false), ("Bearer ", false), (Self.secret, false), ("Basic \(Self.secret)", false),
            ("Bearer \(Self.secret)0", false), ("Bearer \(Self.secret.dropLast())", false),
            ("Bearer \(Self.secret)\(Self.secret)", false), ("Bearer 1\(Self.secret.dropFirst())", false),
            ("Bearer  \(Self.secret)", false),
        ]
        for (header, isAllowed) in shown {
            var headers = HTTPFields()
            headers[.authorization] = header
            let refusal = withToken.check(path: "/syncs", authority: "sync.example:8080", headers: headers)
            #expect(refusal == (isAllowed ? nil : .unauthorized), "\(header ?? "no header")")
        }
    }

    @Test("probes, the page and the document need no token, since they tell nothing")
    func publicPaths() {
        for path in ["/", "/health", "/ready", "/openapi.json"] {
            #expect(withToken.check(path: path, authority: "10.0.0.7", headers: [:]) == nil)
        }
        for path in ["/metrics", "/events", "/syncs/1", "/health/", "/users/health"] {
            #expect(withToken.check(path: path, authority: "10.0.0.7", headers: [:]) == .unauthorized)
        }
    }

    @Test(
        "without a token a name that was made to point at loopback is refused",
        arguments: [
            "evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "", "10.0.0.1",
            "127.0.0.1:8080:9", "127.0.0.1:x", "[::1]x", "[::1", "127.0.0.256", "127.0.0.+1", "127.+0.0.1", "127.0.0",
            "[::2]:80",
        ])
    func rebinding(authority: String) {
        #expect(trusting.check(path: "/syncs", authority: authority, headers: [:]) == .foreignHost)
        #expect(trusting.check(path: "/health", authority: authority, headers: [:]) == .foreignHost)
    }

    @Test(
        "without a token loopback's own names are answered",
        arguments: ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "127.8.9.1", "[::1]", "[::1]:8080"])
    func loopback(authority: String) {
        #expect(trusting.check(path: "/syncs", authority: authority, headers: [:]) == nil)
    }

    @Test("without a token a web page of another origin is refused, whatever it asks for")
    func foreignPages() {
        let own = "127.0.0.1:8080"
        for origin in ["http://evil.example", "null", "http://127.0.0.1:9090", "http://localhost:8080", "file://"] {
            var headers = HTTPFields()
            headers[.origin] = origin
            #expect(trusting.check(path: "/syncs", authority: own, headers: headers) == .foreignOrigin, "\(origin)")
        }
        for site in ["cross-site", "same-site"] {
            var headers = HTTPFields()
            headers[.secFetchSite] = site
            #expect(trusting.check(path: "/metrics", authority: own, headers: headers) == .foreignOrigin, "\(site)")
            // A link to the page itself is followed.
            #expect(trusting.check(path: "/", authority: own, headers: headers) == nil)
        }
        let page: HTTPFields = [.origin: "http://127.0.0.1:8080", .secFetchSite: "same-origin"]
        #expect(trusting.check(path: "/syncs", authority: own, headers: page) == nil)
    }

    @Test("a second Host is refused on every path, with a token and without", arguments: ["/", "/health", "/syncs"])
    func severalHosts(path: String) {
        let second: HTTPFields = [.host: "localhost", .authorization: "Bearer \(Self.secret)"]
        for access in [withToken, trusting] {
            #expect(access.check(path: path, authority: "localhost", headers: second) == .severalHosts)
        }
    }

    @Test("a token is never printed")
    func secrecy() {
        #expect(!"\(withToken)".contains(Self.secret))
        #expect(!String(reflecting: withToken.token).contains(Self.secret))
    }
}
