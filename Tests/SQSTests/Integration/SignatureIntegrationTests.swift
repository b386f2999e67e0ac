import AWSClientSupport
import CurlHTTP
import SQS
import SigV4
import TestSupport
import Testing

/// moto checks every signature with botocore's own signer.
@Suite("A server that verifies signatures", .timeLimit(.minutes(3)))
struct SignatureIntegrationTests {
    /// Started by the first test that needs it.
    private static let server = Task { try await SQSServer.startVerifyingSignatures() }

    private func server() async throws -> SQSServer {
        try await Self.server.value
    }

    @Test("SigV4: the right key is accepted, for small calls and large ones")
    func accepted() async throws {
        let live = try LiveQueue(try await server())
        let url = try await live.createQueue()
        try await live.send(String(repeating: "é\t\"\n", count: 20_000), to: url)
        #expect(try await live.drain(url).count == 1)
    }

    @Test("SigV4: a wrong secret is refused, and the error says that it is the secret")
    func wrongSecret() async throws {
        let server = try await server()
        let live = try LiveQueue(
            server, credentials: Credentials(accessKeyID: server.accessKeyID, secretAccessKey: server.secret + "x"))
        let error = try #require(await failure { try await live.createQueue() })
        guard case .signatureDoesNotMatch(.wrongSecret) = error.code else { return #expect(Bool(false), "\(error)") }
        #expect(error.attempts == 1)
        #expect("\(error)".contains("the secret access key does not fit the access key ID"))
        #expect(!"\(error)".contains(server.secret))
    }

    @Test("SigV4: a body changed on its way is refused, and the error says that it is not the secret")
    func tamperedBody() async throws {
        let server = try await server()
        let good = try LiveQueue(server)
        let url = try await good.createQueue()
        let tampered = try LiveQueue(server) { request in
            // The other spelling of the same JSON would do as well: what was signed is bytes.
            if let brace = request.body.lastIndex(of: UInt8(ascii: "}")) {
                request.body.insert(UInt8(ascii: " "), at: brace)
            }
        }
        let error = try #require(await failure { try await tampered.receive(url) })
        guard case .signatureDoesNotMatch(.alteredRequest) = error.code else { return #expect(Bool(false), "\(error)") }
        #expect("\(error)".contains("the body was changed on its way"))
    }

    @Test("SigV4: a signed header that is changed on its way is refused")
    func tamperedHeader() async throws {
        let server = try await server()
        let url = try await LiveQueue(server).createQueue()
        let tampered = try LiveQueue(server) { request in
            if request.headers["X-Amz-Target"] == "AmazonSQS.ReceiveMessage" {
                request.headers["X-Amz-Target"] = "AmazonSQS.PurgeQueue"
            }
        }
        let error = try #require(await failure { try await tampered.receive(url) })
        guard case .signatureDoesNotMatch = error.code else { return #expect(Bool(false), "\(error)") }
    }

    @Test("SigV4: an access key that nobody knows is refused as such")
    func unknownKey() async throws {
        let live = try LiveQueue(
            try await server(), credentials: Credentials(accessKeyID: "AKIANOBODY", secretAccessKey: "x"))
        let error = try #require(await failure { try await live.createQueue() })
        guard case .invalidAccessKey = error.code else { return #expect(Bool(false), "\(error)") }
        #expect(!error.isRetryable)
    }
}
