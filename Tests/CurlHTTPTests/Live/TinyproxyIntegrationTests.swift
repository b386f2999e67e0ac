import TestSupport
import Testing

@testable import CurlHTTP

/// A real proxy in front of a real TLS server, at an address of this machine that is not its loopback.
@Suite(
    "Requests through tinyproxy (Integration)",
    .enabled(if: LocalAddress.first != nil, "this machine has loopback only"))
struct TinyproxyIntegrationTests {
    @Test("https goes through it, is as safe as without it, and its log shows the host")
    func through() async throws {
        let address = try #require(LocalAddress.first)
        let certificate = try await TestCertificate.make(subjectAlternativeName: "IP:\(address)")
        let port = try freePort()
        let server = try ChildProcess.start(
            "openssl",
            [
                "s_server", "-accept", "\(address):\(port)", "-key", certificate.keyFile, "-cert",
                certificate.certificateFile, "-www", "-quiet",
            ])
        defer { server.kill() }
        let folder = try TemporaryFolder(prefix: "tinyproxy")
        defer { folder.remove() }
        let proxyPort = try freePort()
        let settings = """
            Port \(proxyPort)
            Listen 127.0.0.1
            Timeout 30
            LogLevel Connect
            BasicAuth ana s3cr3t
            """
        let proxy = try ChildProcess.start(
            "tinyproxy", ["-d", "-c", try folder.write(settings + "\n", to: "tinyproxy.conf")])
        defer { proxy.kill() }

        func answer(user: String = "ana:s3cr3t", trusting file: String? = nil) async throws -> HTTPClientError.Code? {
            let configuration = HTTPClientConfiguration(
                proxy: try HTTPProxy(url: "http://\(user)@127.0.0.1:\(proxyPort)", variable: "HTTPS_PROXY"))
            return try await HTTPClient.withClient(configuration, logger: .quiet) { client in
                await failure {
                    let response = try await client.execute(
                        HTTPRequest(
                            url: "https://\(address):\(port)/",
                            authorities: .file(file ?? certificate.authorityFile)))
                    #expect(response.status == 200 && !response.body.isEmpty)
                }
            }
        }
        try await eventually("proxy and server answer") { try await answer() == nil }
        #expect(proxy.output.contains("CONNECT \(address):\(port)"))
        #expect(try await answer(user: "ana:wrong") == .proxyRefused)
        let stranger = try await TestCertificate.make(subjectAlternativeName: "IP:\(address)")
        #expect(try await answer(trusting: stranger.authorityFile) == .tls)
        server.kill()
        try await eventually("the server is gone") { try await answer() == .proxyUnavailable }
    }
}
