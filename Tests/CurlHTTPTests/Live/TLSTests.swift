import Foundation
import TestSupport
import Testing

@testable import CurlHTTP

@Suite("TLS")
struct TLSTests {
    /// `openssl s_server` with a certificate of its own, made for this test.
    private struct Server {
        let folder: TemporaryFolder
        let port: Int
        let process: ChildProcess

        var certificate: String { folder.file("certificate.pem") }
        var url: String { "https://localhost:\(port)/" }

        static func start(subjectAlternativeName: String) async throws -> Server {
            let folder = try TemporaryFolder(prefix: "tls")
            let key = folder.file("key.pem")
            let certificate = folder.file("certificate.pem")
            let made = try await ChildProcess.run(
                "openssl",
                [
                    "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test", "-addext",
                    "subjectAltName=\(subjectAlternativeName)", "-keyout", key, "-out", certificate,
                ])
            try #require(made.status == 0, "\(made.errorOutput)")
            let port = try freePort()
            let process = try ChildProcess.start(
                "openssl",
                ["s_server", "-accept", "127.0.0.1:\(port)", "-key", key, "-cert", certificate, "-www", "-quiet"])
            let server = Server(folder: folder, port: port, process: process)
            try await eventually("openssl s_server listens") {
                let client = HTTPClient(logger: .quiet)
                let code = await failure { try await client.execute(HTTPRequest(url: server.url)) }
                await client.shutdown()
                return code != .connect
            }
            return server
        }
    }

    private func code(of url: String, trusting file: String?) async -> HTTPClientError.Code? {
        let client = HTTPClient(configuration: .init(certificateAuthorityFile: file), logger: .quiet)
        let code = await failure {
            let response = try await client.execute(HTTPRequest(url: url))
            #expect(response.status == 200)
            #expect(!response.body.isEmpty)
        }
        await client.shutdown()
        return code
    }

    @Test("a server is trusted through the given CA file only, and only under the name in its certificate")
    func trust() async throws {
        let server = try await Server.start(subjectAlternativeName: "DNS:localhost")
        defer { server.process.kill() }
        #expect(await code(of: server.url, trusting: server.certificate) == nil)
        #expect(await code(of: server.url, trusting: nil) == .tls)
        #expect(await code(of: "https://127.0.0.1:\(server.port)/", trusting: server.certificate) == .tls)
        #expect(await code(of: server.url, trusting: "/nonexistent/ca.pem") == .tls)

        let other = try await Server.start(subjectAlternativeName: "DNS:localhost")
        defer { other.process.kill() }
        #expect(await code(of: server.url, trusting: other.certificate) == .tls)
    }

    @Test("plain http on a TLS port, and TLS on a plain one, fail clearly")
    func mismatch() async throws {
        try await withServer { connection, _ in
            try connection.respond()
        } _: { client, server in
            // The TLS hello is no request: the server waits for its end, and so does the handshake.
            let request = HTTPRequest(
                url: "https://127.0.0.1:\(server.port)/", timeouts: HTTPTimeouts(connect: .milliseconds(500)))
            #expect(await failure { try await client.execute(request) } == .connectTimeout)
        }
        let server = try await Server.start(subjectAlternativeName: "DNS:localhost")
        defer { server.process.kill() }
        let client = HTTPClient(logger: .quiet)
        let code = await failure { try await client.execute(HTTPRequest(url: "http://localhost:\(server.port)/")) }
        #expect(code == .connectionLost || code == .protocolError)
        await client.shutdown()
    }
}
