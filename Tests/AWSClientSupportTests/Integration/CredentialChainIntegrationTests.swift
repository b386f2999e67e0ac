import AWSClientSupport
import CurlHTTP
import Logging
import SigV4
import Synchronization
import TestSupport
import Testing

/// The whole chain, with a server for each source that is asked over HTTP.
@Suite("The credential chain over HTTP", .timeLimit(.minutes(1)))
struct CredentialChainIntegrationTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    /// One for all tests; it lives as long as the process.
    private static let http = HTTPClient(logger: quiet)

    private static func document(_ key: String, expiration: String = "2099-01-01T00:00:00Z") -> String {
        #"{"Code":"Success","AccessKeyId":"\#(key)","SecretAccessKey":"S","Token":"T","Expiration":"\#(expiration)"}"#
    }

    private static func sts() throws -> MisbehavingHTTPServer {
        try MisbehavingHTTPServer.start { connection, _ in
            try connection.respond(
                "200 OK", [],
                "<R><Credentials><AccessKeyId>WEB</AccessKeyId><SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></R>"
            )
        }
    }

    private static func metadata() throws -> MisbehavingHTTPServer {
        try MisbehavingHTTPServer.start { connection, request in
            switch request.target {
            case "/latest/api/token": try connection.respond("200 OK", [], "TOKEN")
            case "/latest/meta-data/iam/security-credentials/": try connection.respond("200 OK", [], "role")
            default: try connection.respond("200 OK", [], document("INSTANCE"))
            }
        }
    }

    @Test("the first source that is set up wins, and those behind it are not even asked")
    func order() async throws {
        let sts = try Self.sts()
        defer { sts.stop() }
        let container = try MisbehavingHTTPServer.start { connection, _ in
            try connection.respond("200 OK", [], Self.document("CONTAINER"))
        }
        defer { container.stop() }
        let metadata = try Self.metadata()
        defer { metadata.stop() }
        let folder = try TemporaryFolder(prefix: "aws")
        defer { folder.remove() }
        let token = try folder.write("jwt", to: "token")
        let config = try folder.write(
            "[default]\naws_access_key_id = FILE\naws_secret_access_key = S\n", to: "credentials")

        // In the SDKs' order; each step takes the winner of the one before away.
        let steps: [(winner: String, variables: [String: String])] = [
            ("ENVIRONMENT", ["AWS_ACCESS_KEY_ID": "ENVIRONMENT", "AWS_SECRET_ACCESS_KEY": "S"]),
            ("WEB", ["AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": "arn:aws:iam::1:role/app"]),
            ("FILE", ["AWS_SHARED_CREDENTIALS_FILE": config]),
            ("CONTAINER", ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(container.url)/v1"]),
            ("INSTANCE", ["AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.url]),
        ]
        for (index, step) in steps.enumerated() {
            let variables = steps[index...].reduce(into: ["HOME": folder.path, "AWS_CONFIG_FILE": "/none"]) {
                $0.merge($1.variables) { $1 }
            }
            let chain = try CredentialChain.standard(
                AWSSettings(environment: variables.merging(["AWS_ENDPOINT_URL_STS": sts.url]) { $1 }),
                region: try AWSRegion("us-east-1"), transport: Self.http, logger: Self.quiet)
            #expect(try await chain.credentials().accessKeyID == step.winner)
            #expect(sts.requestsReceived == (index >= 1 ? 1 : 0))
            #expect(container.requestsReceived == (index >= 3 ? 1 : 0))
            #expect(metadata.requestsReceived == (index >= 4 ? 3 : 0))
        }
    }

    @Test("a hundred calls at once ask a server once, and once more shortly before its credentials end")
    func refresh() async throws {
        let asked = Atomic(0)
        // An hour after the clock of this test.
        let server = try MisbehavingHTTPServer.start { connection, _ in
            let number = asked.add(1, ordering: .relaxed).newValue
            try connection.respond(
                "200 OK", [],
                Self.document("KEY\(number)", expiration: number == 1 ? "2026-08-30T13:36:00Z" : "2026-08-30T14:36:00Z")
            )
        }
        defer { server.stop() }
        let time = ManualTime()
        let chain = try CredentialChain.standard(
            AWSSettings(environment: [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url, "AWS_CONFIG_FILE": "/none",
                "AWS_SHARED_CREDENTIALS_FILE": "/none",
            ]), region: try AWSRegion("us-east-1"), transport: Self.http, calls: time.environment(), logger: Self.quiet)
        func keys() async throws -> Set<String> {
            try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<100 { group.addTask { try await chain.credentials().accessKeyID } }
                return try await group.reduce(into: []) { $0.insert($1) }
            }
        }
        #expect(try await keys() == ["KEY1"])
        #expect(server.requestsReceived == 1)
        // Half a minute before the end everyone waits for the new ones.
        time.advance(seconds: 3_600 - 30)
        #expect(try await keys() == ["KEY2"])
        #expect(server.requestsReceived == 2)
    }

    @Test("a failing answer that holds keys, whole or in pieces, is not repeated in the error")
    func leakyFailure() async throws {
        for body in [
            Self.document("K").replacing(#""S""#, with: #""TOPSECRET""#), #"{"SecretAccessKey":"TOPSECRET"#,
            #"{"Code":"TOPSECRET/1"}"#,
        ] {
            let server = try MisbehavingHTTPServer.start { connection, _ in
                try connection.respond("403 Forbidden", [], body)
            }
            defer { server.stop() }
            let source = ContainerCredentialSource(
                environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url], transport: Self.http)
            let error = await #expect(throws: CredentialError.self) { try await source.fetch() }
            #expect(error.map { "\($0)" }?.contains("HTTP 403") == true)
            #expect(error.map { "\($0)" }?.contains("TOPSECRET") == false)
        }
    }
}
