import AWSClientSupport
import CurlHTTP
import Logging
import SigV4
import Synchronization
import TestSupport
import Testing

/// Credential services of the tests' own, over real HTTP.
@Suite("Credentials over HTTP", .timeLimit(.minutes(1)))
struct CredentialIntegrationTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    /// One for all tests; it lives as long as the process.
    private static let http = HTTPClient(logger: quiet)
    private var http: HTTPClient { Self.http }

    private let document =
        #"{"Code":"Success","AccessKeyId":"ASIA","SecretAccessKey":"S","Token":"T","Expiration":"2099-01-01T00:00:00Z"}"#
    private let expected = Credentials(accessKeyID: "ASIA", secretAccessKey: "S", sessionToken: "T")

    private func code(_ source: any ExpiringCredentialSource) async -> CredentialError.Code? {
        do {
            _ = try await source.fetch()
            return nil
        } catch {
            return error.code
        }
    }

    @Test(
        "a container's credentials are fetched with its authorization token, from the file that is read anew each time")
    func container() async throws {
        let document = document
        let server = try MisbehavingHTTPServer.start { connection, request in
            guard request.target == "/v1/credentials", request.header("Authorization") == "Bearer two" else {
                return try connection.respond("401 Unauthorized", [], #"{"code":"AccessDenied","message":"token"}"#)
            }
            try connection.respond("200 OK", [], document)
        }
        defer { server.stop() }
        let folder = try TemporaryFolder(prefix: "token")
        defer { folder.remove() }
        let path = try folder.write("Bearer one\n", to: "token")
        let source = ContainerCredentialSource(
            environment: [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(server.url)/v1/credentials",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": path, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Bearer two",
            ], transport: http)
        #expect(await code(source) == .invalid)
        _ = try folder.write("Bearer two\n", to: "token")
        let fetched = try await source.fetch()
        #expect(fetched.credentials == expected)
        #expect(fetched.expiration == 4_070_908_800)
    }

    @Test("a container service that fails for a moment is asked again")
    func containerRetry() async throws {
        let calls = Atomic(0)
        let document = document
        let server = try MisbehavingHTTPServer.start { connection, _ in
            if calls.add(1, ordering: .relaxed).newValue == 1 {
                return try connection.respond("503 Service Unavailable", [], "")
            }
            try connection.respond("200 OK", [], document)
        }
        defer { server.stop() }
        let source = ContainerCredentialSource(
            environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url], transport: http,
            calls: ManualTime().environment())
        #expect(try await source.fetch().credentials == expected)
        #expect(server.requestsReceived == 2)
    }

    @Test("a container address is trusted only over TLS, on loopback, or at the agents' own addresses")
    func containerAddresses() async throws {
        let transport = ScriptedTransport([.json(200, document)])
        func source(_ variables: [String: String]) -> ContainerCredentialSource {
            ContainerCredentialSource(environment: variables, transport: transport, files: CredentialFiles { _ in nil })
        }
        #expect(await code(source([:])) == .notConfigured)
        for bad in ["http://evil.example/x", "http://127.0.0.1.evil.example/", "nonsense", "http://10.0.0.1/"] {
            #expect(await code(source(["AWS_CONTAINER_CREDENTIALS_FULL_URI": bad])) == .invalid, "\(bad)")
        }
        #expect(transport.requests.isEmpty)
        for good in [
            "https://agent.example/x", "http://169.254.170.23/v1", "http://[fd00:ec2::23]/v1", "http://localhost:8080/",
        ] {
            #expect(await code(source(["AWS_CONTAINER_CREDENTIALS_FULL_URI": good])) == nil, "\(good)")
        }
        #expect(await code(source(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/creds"])) == nil)
        #expect(transport.requests.last?.url == "http://169.254.170.2/v2/creds")
        #expect(await code(source(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "@evil"])) == .invalid)
        let tokenless = [
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/none",
        ]
        #expect(await code(source(tokenless)) == .invalid)
    }

    @Test("the file of a container's token may begin with ~")
    func containerTokenFromHome() async throws {
        let transport = ScriptedTransport([.json(200, document)])
        let files = CredentialFiles { $0 == "/home/ana/token" ? Array("Bearer one".utf8) : nil }
        let source = ContainerCredentialSource(
            environment: [
                "HOME": "/home/ana", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "~/token",
            ], transport: transport, files: files)
        #expect(await code(source) == nil)
        #expect(transport.requests.last?.headers["Authorization"] == "Bearer one")
    }

    @Test("an instance's credentials are fetched with a session token, as version 2 asks for")
    func instance() async throws {
        let document = document
        let server = try MisbehavingHTTPServer.start { connection, request in
            switch (request.method, request.target) {
            case ("PUT", "/latest/api/token") where request.header("X-aws-ec2-metadata-token-ttl-seconds") == "21600":
                try connection.respond("200 OK", [], "TOKEN")
            case ("GET", _) where request.header("X-aws-ec2-metadata-token") != "TOKEN":
                try connection.respond("401 Unauthorized", [], "")
            case ("GET", "/latest/meta-data/iam/security-credentials/"): try connection.respond("200 OK", [], "my-role")
            case ("GET", "/latest/meta-data/iam/security-credentials/my-role"):
                try connection.respond("200 OK", [], document)
            default: try connection.respond("404 Not Found", [], "")
            }
        }
        defer { server.stop() }
        let source = InstanceMetadataCredentialSource(
            environment: ["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url], transport: http)
        #expect(try await source.fetch().credentials == expected)
        #expect(server.requestsReceived == 3)
    }

    @Test("off EC2, or where it is switched off, the instance's service is no source and no error")
    func noInstance() async throws {
        let nobody = InstanceMetadataCredentialSource(
            environment: ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:\(try freePort())"], transport: http,
            calls: ManualTime().environment())
        #expect(await code(nobody) == .notConfigured)
        let off = InstanceMetadataCredentialSource(environment: ["AWS_EC2_METADATA_DISABLED": "TRUE"], transport: http)
        #expect(await code(off) == .notConfigured)
        let elsewhere = InstanceMetadataCredentialSource(
            environment: ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://evil.example"], transport: http)
        #expect(await code(elsewhere) == .invalid)
    }

    @Test("a web identity token is exchanged at STS, unsigned, and read anew each time")
    func webIdentity() async throws {
        let server = try MisbehavingHTTPServer.start { connection, request in
            let form = String(decoding: request.body, as: UTF8.self)
            guard request.header("Authorization") == nil, form.contains("Action=AssumeRoleWithWebIdentity"),
                form.contains("WebIdentityToken=jwt.two"), form.contains("RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fapp")
            else {
                return try connection.respond(
                    "400 Bad Request", [],
                    "<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>m</Message></Error></ErrorResponse>"
                )
            }
            try connection.respond(
                "200 OK", [],
                "<R><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></R>"
            )
        }
        defer { server.stop() }
        let folder = try TemporaryFolder(prefix: "token")
        defer { folder.remove() }
        let path = try folder.write("jwt.one", to: "token")
        let source = WebIdentityCredentialSource(
            environment: ["AWS_WEB_IDENTITY_TOKEN_FILE": path, "AWS_ROLE_ARN": "arn:aws:iam::1:role/app"],
            region: try AWSRegion("us-east-1"), stsEndpoint: try AWSEndpoint(parsing: server.url), transport: http)
        #expect(await code(source) == .invalid)
        _ = try folder.write("jwt.two", to: "token")
        #expect(try await source.fetch().credentials == expected)
        let halves = WebIdentityCredentialSource(
            environment: ["AWS_WEB_IDENTITY_TOKEN_FILE": path], region: try AWSRegion("us-east-1"), transport: http)
        #expect(await code(halves) == .invalid)
    }

    @Test("STS of a server that verifies signatures gives credentials for a profile's role")
    func assumedRole() async throws {
        let moto = try await SQSServer.startVerifyingSignatures()
        func source(secret: String) throws -> ProfileCredentialSource {
            ProfileCredentialSource(
                settings: try AWSSettings(
                    environment: ["HOME": "/h", "AWS_ENDPOINT_URL_STS": moto.endpoint],
                    files: CredentialFiles { path in
                        guard path == "/h/.aws/config" else { return nil }
                        let text = """
                            [default]
                            role_arn = arn:aws:iam::123456789012:role/app
                            source_profile = base
                            [profile base]
                            aws_access_key_id = \(moto.accessKeyID)
                            aws_secret_access_key = \(secret)
                            """
                        return Array(text.utf8)
                    }), region: try AWSRegion(moto.region), transport: http)
        }
        let fetched = try await source(secret: moto.secret).fetch()
        #expect(fetched.credentials.accessKeyID.hasPrefix("ASIA"))
        #expect(fetched.credentials.sessionToken != nil)
        #expect(fetched.expiration != nil)
        #expect(await code(try source(secret: "wrong")) == .invalid)
        try await moto.stop()
    }

    @Test("the chain asks its sources in the SDKs' order")
    func order() async throws {
        let region = try AWSRegion("us-east-1")
        func chosen(_ variables: [String: String], config: String = "") async throws -> String {
            let transport = ScriptedTransport([.json(200, document)])
            let settings = try AWSSettings(
                environment: variables.merging(["HOME": "/h", "AWS_EC2_METADATA_DISABLED": "true"]) { $1 },
                files: CredentialFiles { $0 == "/h/.aws/config" ? Array(config.utf8) : nil })
            let chain = try CredentialChain.standard(
                settings, region: region, transport: transport, calls: ManualTime().environment(), logger: Self.quiet)
            return try await chain.credentials().accessKeyID
        }
        let keys = ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s"]
        let container = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"]
        let config = "[default]\naws_access_key_id = FILE\naws_secret_access_key = s"
        #expect(try await chosen(keys.merging(container) { $1 }, config: config) == "ENV")
        #expect(try await chosen(container, config: config) == "FILE")
        #expect(try await chosen(container) == "ASIA")
        await #expect(throws: CredentialError.self) { try await chosen([:]) }
    }
}
