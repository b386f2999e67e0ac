import Testing

@testable import CurlHTTP

@Suite("A request is checked before any packet is sent")
struct PreparedRequestTests {
    func prepare(_ request: HTTPRequest, _ configuration: HTTPClientConfiguration = .init()) throws -> PreparedRequest {
        try PreparedRequest(request, configuration: configuration)
    }

    func code(_ request: HTTPRequest, _ configuration: HTTPClientConfiguration = .init()) -> HTTPClientError.Code? {
        do throws(HTTPClientError) {
            _ = try PreparedRequest(request, configuration: configuration)
            return nil
        } catch {
            return error.code
        }
    }

    @Test(
        "plain http to another machine is refused",
        arguments: [
            "http://example.com/", "http://10.0.0.1:3001/users", "http://127.evil.example/",
            "http://127.0.0.1.example/",
            "http://localhost.example/", "http://[2001:db8::1]/", "http://[::ffff:192.0.2.1]/", "http://128.0.0.1/",
            "http://0.0.0.0/",
            "HTTP://EXAMPLE.COM/",
        ])
    func plaintextRefused(url: String) {
        #expect(code(HTTPRequest(url: url)) == .plaintextRefused)
    }

    @Test(
        "plain http to this machine is sent",
        arguments: [
            "http://localhost:3001/x", "http://LOCALHOST/", "http://127.0.0.1/", "http://127.8.9.10:80/",
            "http://[::1]:8080/",
            "http://[0:0:0:0:0:0:0:1]/", "http://127.1/", "http://0x7f000001/",
        ])
    func plaintextToLoopback(url: String) {
        #expect(code(HTTPRequest(url: url)) == nil)
    }

    @Test("plain http to another machine can be allowed, for one request or for all")
    func plaintextAllowed() {
        #expect(code(HTTPRequest(url: "http://example.com/", allowsPlaintextToRemote: true)) == nil)
        #expect(code(HTTPRequest(url: "http://example.com/"), .init(allowsPlaintextToRemote: true)) == nil)
    }

    @Test(
        "a URL that is no plain http(s) URL is refused",
        arguments: [
            "", "localhost:80/x", "/path", "ftp://localhost/x", "file:///etc/passwd", "gopher://localhost/", "https://",
            "https://host:99999/",
            "https://user:secret@host/", "https://host/with space", "https://host/\r\nX: y", "https://host/é",
            "https://ho\u{0}st/",
        ])
    func invalidURL(url: String) {
        #expect(code(HTTPRequest(url: url)) == .invalidURL)
    }

    @Test("no error shows the URL's path, query or user")
    func errorsAreSafeToLog() throws {
        for url in [
            "https://user:hunter2@host/", "http://example.com/hunter2?key=hunter2", "https://host/hunter2 x",
            "ftp://hunter2@host/hunter2",
        ] {
            do throws(HTTPClientError) {
                _ = try PreparedRequest(
                    HTTPRequest(url: url, headers: ["x-api-key": "hunter2"]), configuration: .init())
                Issue.record("not refused: \(url)")
            } catch {
                #expect(!"\(error)".contains("hunter2"))
            }
        }
    }

    @Test(
        "a header that would break the request apart is refused",
        arguments: [
            ("X-Key", "a\r\nInjected: b"), ("X-Key", "a\nb"), ("X-Key", "a\u{0}b"), ("X-Key", "a\u{7F}"),
            ("X\r\nInjected", "b"),
            ("X Key", "b"), ("", "b"), ("X:", "b"), ("Naïve", "b"), ("Transfer-Encoding", "chunked"),
            ("content-length", "7"),
            ("Connection", "close"), ("Upgrade", "h2c"), ("Expect", "100-continue"),
        ])
    func injection(name: String, value: String) {
        #expect(
            code(HTTPRequest(url: "https://host/", headers: HTTPHeaders([(name: name, value: value)])))
                == .invalidRequest)
    }

    @Test("a method that is no token is refused", arguments: ["", "GET / HTTP/1.1\r\nX: y", "GE T", "GÉT"])
    func method(method: String) {
        #expect(code(HTTPRequest(method: method, url: "https://host/")) == .invalidRequest)
    }

    @Test("a user agent with a line break is refused")
    func userAgent() {
        #expect(code(HTTPRequest(url: "https://host/"), .init(userAgent: "a\r\nX: y")) == .invalidRequest)
    }

    @Test("the right Content-Length is accepted and left to the client")
    func contentLength() throws {
        let request = HTTPRequest(
            method: "POST", url: "https://host/", headers: ["Content-Length": "3"], body: [1, 2, 3])
        #expect(try !prepare(request).headerLines.contains { $0.lowercased().hasPrefix("content-length") })
    }

    @Test("ports and schemes keep connections of different servers apart")
    func origins() throws {
        #expect(try prepare(HTTPRequest(url: "https://Host/a?b")).origin == "https://host:443")
        #expect(try prepare(HTTPRequest(url: "https://host:8443/")).origin == "https://host:8443")
        #expect(try prepare(HTTPRequest(url: "http://localhost/")).origin == "http://localhost:80")
    }
}
