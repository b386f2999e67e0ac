import Synchronization
import TestSupport
import Testing

@testable import CurlHTTP

/// What a proxy is asked, and what its answers mean. Nothing gets through this one.
@Suite("Requests through a proxy", .timeLimit(.minutes(1)))
struct ProxyTests {
    /// Asks for a URL through a proxy that gives one answer; returns what the proxy was asked, and the error.
    private func ask(
        _ url: String, exceptions: String = "", user: String = "", answer: String = "403 Forbidden"
    ) async throws -> (asked: [MisbehavingHTTPRequest], error: HTTPClientError?) {
        let asked = Mutex<[MisbehavingHTTPRequest]>([])
        let proxy = try MisbehavingHTTPServer.start { connection, request in
            asked.withLock { $0.append(request) }
            try connection.respond(answer, ["X-From: proxy"], "")
            throw MisbehavingHTTPConnection.Closed()
        }
        defer { proxy.stop() }
        let configuration = HTTPClientConfiguration(
            proxy: try HTTPProxy(
                url: "http://\(user)127.0.0.1:\(proxy.port)", exceptions: exceptions, variable: "HTTPS_PROXY"))
        return try await HTTPClient.withClient(configuration, logger: .quiet) { client in
            do {
                _ = try await client.execute(
                    HTTPRequest(
                        url: url, headers: ["x-api-key": "s3cr3t"], timeouts: HTTPTimeouts(connect: .milliseconds(700)),
                        allowsPlaintextToRemote: true))
                return (asked.withLock { $0 }, nil)
            } catch let error as HTTPClientError {
                return (asked.withLock { $0 }, error)
            }
        }
    }

    @Test("the proxy learns host and port of an https request, and nothing else")
    func connect() async throws {
        let (asked, error) = try await ask("https://api.invalid:8443/external/users?q=s3cr3t", user: "ana:b%40c@")
        #expect(asked.map(\.method) == ["CONNECT"])
        #expect(asked.first?.target == "api.invalid:8443")
        #expect(asked.first?.header("Proxy-Authorization") == "Basic YW5hOmJAYw==")
        #expect(asked.first?.headerLines.contains { $0.contains("s3cr3t") } == false)
        #expect(error?.code == .proxyRefused)
        #expect(error.map { "\($0)" }?.contains("ana") == false)
    }

    @Test(
        "exceptions are matched as curl matches them",
        arguments: [
            ("other.example", true), ("api.invalid", false), (".invalid", false), ("invalid", false), ("valid", true),
            ("pi.invalid", true), ("a.example, api.invalid", false), ("*", false), ("api.invalid:1", true), ("", true),
        ])
    func exceptions(list: String, isProxied: Bool) async throws {
        let (asked, _) = try await ask("https://api.invalid/", exceptions: list)
        #expect(asked.isEmpty != isProxied)
    }

    @Test("an address may be excepted by its network")
    func networks() async throws {
        #expect(try await ask("https://192.0.2.77/", exceptions: "192.0.2.0/24").asked.isEmpty)
        #expect(try await ask("https://192.0.2.77/", exceptions: "198.51.100.0/24").asked.count == 1)
    }

    @Test(
        "plain http does not go through a proxy, and neither does what is for this machine",
        arguments: [
            "http://api.invalid/", "https://127.0.0.1:1/", "https://localhost:1/",
        ])
    func direct(url: String) async throws {
        let (asked, error) = try await ask(url)
        #expect(asked.isEmpty)
        #expect(error?.code == .resolve || error?.code == .connect)
    }

    @Test(
        "a proxy that refuses is told apart from one that does not get through",
        arguments: [
            ("407 Proxy Authentication Required", HTTPClientError.Code.proxyRefused), ("403 Forbidden", .proxyRefused),
            ("405 Method Not Allowed", .proxyRefused), ("502 Bad Gateway", .proxyUnavailable),
            ("503 Service Unavailable", .proxyUnavailable), ("504 Gateway Timeout", .proxyUnavailable),
        ])
    func refusals(answer: String, code: HTTPClientError.Code) async throws {
        let error = try await ask("https://api.invalid/", answer: answer).error
        #expect(error?.code == code)
        #expect(error?.isTransient == (code == .proxyUnavailable))
        #expect(error?.advice.contains("HTTPS_PROXY") == true)
    }

    @Test("a proxy that cannot be found, or does not listen, is named")
    func unreachable() async throws {
        for (url, code) in [
            ("http://proxy.invalid:3128", HTTPClientError.Code.proxyUnavailable), ("http://127.0.0.1:1", .connect),
        ] {
            let configuration = HTTPClientConfiguration(proxy: try HTTPProxy(url: url, variable: "HTTPS_PROXY"))
            let error = try await HTTPClient.withClient(configuration, logger: .quiet) { client in
                await failure { try await client.execute(HTTPRequest(url: "https://api.invalid/")) }
            }
            #expect(error == code)
        }
    }
}
