import Synchronization
import TestSupport
import Testing

@testable import CurlHTTP

@Suite("An exchange")
struct ExchangeTests {
    @Test("status, headers and body arrive as they were sent")
    func wholeResponse() async throws {
        try await withServer { connection, _ in
            try connection.respond("404 Gone Fishing", ["X-Twice: a", "x-twice: b", "Empty:"], "not here")
        } _: { client, server in
            let response = try await client.execute(HTTPRequest(url: server.url + "/x"))
            #expect(response.status == 404)
            #expect(response.headers.all("X-TWICE") == ["a", "b"])
            #expect(response.headers["empty"] == "")
            #expect(response.body == [UInt8]("not here"))
        }
    }

    /// The request as the server got it.
    private func received(
        _ request: (String) -> HTTPRequest, _ configuration: HTTPClientConfiguration = .init()
    ) async throws -> MisbehavingHTTPRequest {
        let seen = Mutex<MisbehavingHTTPRequest?>(nil)
        try await withServer(configuration) { connection, request in
            seen.withLock { $0 = request }
            try connection.respond()
        } _: { client, server in
            _ = try await client.execute(request(server.url))
        }
        return try #require(seen.withLock { $0 })
    }

    @Test("only Host is added to a GET, with its port, and the path goes out as it stands")
    func getAsGiven() async throws {
        let request = try await received {
            HTTPRequest(url: $0 + "/a/../b//c?x=%20&y=#fragment", headers: ["X-Api-Key": "k"])
        }
        #expect(request.method == "GET")
        #expect(request.target == "/a/../b//c?x=%20&y=")
        #expect(request.headerLines.count == 2)
        #expect(request.headerLines[0].hasPrefix("Host: 127.0.0.1:"))
        #expect(request.headerLines[1] == "X-Api-Key: k")
    }

    @Test(
        "only Host and Content-Length are added to a POST, however large the body",
        arguments: [0, 1, 250_000, 5_000_000])
    func postAsGiven(count: Int) async throws {
        let body = [UInt8].pattern(count)
        let request = try await received {
            HTTPRequest(method: "POST", url: $0, headers: ["Content-Type": "a/b", "X-Empty": ""], body: body)
        }
        #expect(request.method == "POST")
        #expect(request.body == body)
        #expect(
            Set(request.headerLines.dropFirst()) == ["Content-Type: a/b", "X-Empty:", "Content-Length: \(count)"]
                || Set(request.headerLines.dropFirst()) == [
                    "Content-Type: a/b", "X-Empty: ", "Content-Length: \(count)",
                ])
    }

    @Test("no Content-Type is invented for a body")
    func noContentType() async throws {
        let request = try await received { HTTPRequest(method: "POST", url: $0, body: [1]) }
        #expect(request.headerLines.count == 2)
        #expect(request.header("Content-Type") == nil)
    }

    @Test("other methods keep their name and body", arguments: ["PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"])
    func methods(method: String) async throws {
        let request = try await received { HTTPRequest(method: method, url: $0, body: [UInt8]("x")) }
        #expect(request.method == method)
        #expect(request.body == [UInt8]("x"))
        let bare = try await received { HTTPRequest(method: method, url: $0) }
        #expect(bare.method == method)
        #expect(bare.header("Content-Length") == (["PUT", "PATCH"].contains(method) ? "0" : nil))
    }

    @Test("a HEAD request ends with the head, whatever length it announces")
    func head() async throws {
        try await withServer { connection, _ in
            try connection.sendHead("200 OK", ["Content-Length: 1000000000"])
        } _: { client, server in
            let response = try await client.execute(HTTPRequest(method: "HEAD", url: server.url))
            #expect(response.status == 200)
            #expect(response.body.isEmpty)
        }
    }

    @Test("Accept-Encoding and User-Agent are sent when asked for, and the caller's own win")
    func optionalHeaders() async throws {
        let configuration = HTTPClientConfiguration(userAgent: "user-sync/1")
        let request = try await received({ HTTPRequest(url: $0, acceptsCompressed: true) }, configuration)
        #expect(request.header("Accept-Encoding") == "gzip, deflate")
        #expect(request.header("User-Agent") == "user-sync/1")
        let own = try await received(
            {
                HTTPRequest(
                    url: $0,
                    headers: [
                        "user-agent": "me", "accept-encoding": "gzip", "Accept": "*/*", "Host": "signed.example",
                    ], acceptsCompressed: true)
            },
            configuration)
        #expect(
            Set(own.headerLines) == ["Host: signed.example", "user-agent: me", "accept-encoding: gzip", "Accept: */*"])
    }

    @Test("a body above 1 MiB does not wait for 100-continue")
    func noExpect() async throws {
        let request = try await received { HTTPRequest(method: "POST", url: $0, body: .pattern(2 << 20)) }
        #expect(request.header("Expect") == nil)
    }

    @Test("a redirect is returned, not followed", arguments: [301, 302, 303, 307, 308])
    func redirect(status: Int) async throws {
        try await withServer { connection, request in
            try connection.respond("\(status) Elsewhere", ["Location: /stolen"])
        } _: { client, server in
            let response = try await client.execute(
                HTTPRequest(method: "POST", url: server.url, headers: ["x-api-key": "k"], body: [1]))
            #expect(response.status == status)
            #expect(response.headers["Location"] == "/stolen")
            #expect(server.requestsReceived == 1)
        }
    }

    @Test("interim responses are passed over")
    func interim() async throws {
        try await withServer { connection, _ in
            try connection.send("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
            try connection.respond("200 OK", ["A: b"], "x")
        } _: { client, server in
            let response = try await client.execute(HTTPRequest(url: server.url))
            #expect(response.status == 200)
            #expect(response.headers["Link"] == nil)
        }
    }

    @Test("one connection serves many requests")
    func keepAlive() async throws {
        try await withServer { connection, _ in
            try connection.respond("200 OK", [], "x")
        } _: { client, server in
            for _ in 0..<50 {
                _ = try await client.execute(HTTPRequest(method: "POST", url: server.url, body: .pattern(20_000)))
            }
            #expect(server.requestsReceived == 50)
            #expect(server.connectionsAccepted == 1)
        }
    }

    @Test(
        "a kept connection that the server has closed is replaced, and the body is sent anew",
        arguments: [1000, 300_000])
    func staleConnection(count: Int) async throws {
        let body = [UInt8].pattern(count)
        try await withServer { connection, request in
            guard request.body == body else { throw MisbehavingHTTPConnection.Closed() }
            // Each connection serves once and is closed without a word.
            try connection.respond("200 OK", [], "x")
            throw MisbehavingHTTPConnection.Closed()
        } _: { client, server in
            for _ in 0..<20 {
                let response = try await client.execute(HTTPRequest(method: "POST", url: server.url, body: body))
                #expect(response.status == 200)
            }
            #expect(server.connectionsAccepted >= 20)
        }
    }

    @Test("a body longer than allowed is refused, whether announced, chunked or compressed")
    func bodyTooLarge() async throws {
        try await withServer { connection, request in
            switch request.target {
            case "/announced": try connection.respond("200 OK", [], body: .pattern(1001))
            case "/compressed":
                try connection.respond("200 OK", ["Content-Encoding: gzip"], body: compress(.pattern(1001), .gzip))
            default:
                try connection.sendHead("200 OK", ["Transfer-Encoding: chunked"])
                while true { try connection.sendChunk(.pattern(100)) }
            }
        } _: { client, server in
            for path in ["/announced", "/chunked", "/compressed"] {
                let request = HTTPRequest(url: server.url + path, acceptsCompressed: true)
                #expect(await failure { try await client.execute(request, maximumBodyBytes: 1000) } == .bodyTooLarge)
            }
            let request = HTTPRequest(url: server.url + "/announced")
            let response = try await client.execute(request, maximumBodyBytes: 1001)
            #expect(response.body == .pattern(1001))
        }
    }

    @Test("a thousand requests at once are all answered, over no more connections than allowed")
    func thousand() async throws {
        try await withServer(.init(maximumConnectionsPerHost: 16)) { connection, request in
            try connection.respond("200 OK", [], body: request.body)
        } _: { client, server in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<1000 {
                    group.addTask {
                        let body = [UInt8]("request \(number)") + .pattern(number * 7)
                        return try await client.execute(HTTPRequest(method: "POST", url: server.url, body: body)).body
                            == body
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
            #expect(server.requestsReceived == 1000)
            #expect(server.connectionsAccepted <= 16)
        }
    }

    @Test("more requests than allowed are refused with their own error")
    func tooManyRequests() async throws {
        try await withServer(.init(maximumRequests: 2)) { connection, _ in
            try connection.sendHead("200 OK", ["Content-Length: 1"])
            _ = connection.waitForClose(seconds: 120)
        } _: { client, server in
            // The server sends no byte after the head, so only a request without an idle limit keeps its place for as long as a busy
            // machine takes to get here.
            let held = HTTPRequest(url: server.url, timeouts: HTTPTimeouts(idle: nil))
            var streams = [try await client.open(held), try await client.open(held)]
            #expect(await failure { try await client.open(held) } == .tooManyRequests)
            streams.removeAll()
            try await eventually("a dropped response makes room") {
                await failure { try await client.open(held) } == nil
            }
        }
    }

    @Test("plain http to another machine is refused before any packet is sent")
    func plaintextRefused() async throws {
        // Were it sent, nobody would answer on this port of a test network: the error would be another one.
        let client = HTTPClient(logger: .quiet)
        #expect(
            await failure { try await client.execute(HTTPRequest(url: "http://192.0.2.1:9/")) } == .plaintextRefused)
        await client.shutdown()
    }
}
