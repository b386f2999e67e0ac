import AWSClientSupport
import CurlHTTP
import SigV4
import Testing

@Suite("Shared config and credentials files")
struct ProfileTests {
    private func source(
        config: String = "", credentials: String = "", _ variables: [String: String] = [:],
        transport: any ServiceTransport = ScriptedTransport([])
    ) throws -> ProfileCredentialSource {
        ProfileCredentialSource(
            environment: ["HOME": "/home/x"].merging(variables) { $1 }, region: try AWSRegion("eu-west-1"),
            transport: transport,
            files: CredentialFiles { path in
                switch path {
                case "/home/x/.aws/config": Array(config.utf8)
                case "/home/x/.aws/credentials": Array(credentials.utf8)
                case "/token": Array("jwt\n".utf8)
                default: nil
                }
            }, calls: ManualTime().environment())
    }

    private func code(_ source: ProfileCredentialSource) async -> CredentialError.Code? {
        do {
            _ = try await source.fetch()
            return nil
        } catch {
            return error.code
        }
    }

    @Test("keys are read from both files, comments and nested settings left out, the credentials file first")
    func keys() async throws {
        let config = """
            # a comment
            [default]
            region = eu-west-1
            aws_access_key_id = from-config
            aws_secret_access_key = s
            s3 =
              aws_access_key_id = nested
            [profile "two words"]
            aws_access_key_id=A2
            aws_secret_access_key=S#2 ; trailing comment
            [sso-session x]
            aws_access_key_id = not-a-profile
            """
        let credentials =
            "\r\n[default]\r\nAWS_ACCESS_KEY_ID = A1 # mine\r\naws_secret_access_key = S1\r\naws_session_token = T1\r\n"
        let first = try await source(config: config, credentials: credentials).fetch()
        #expect(first.credentials == Credentials(accessKeyID: "A1", secretAccessKey: "S1", sessionToken: "T1"))
        let second = try await source(config: config, credentials: credentials, ["AWS_PROFILE": "two words"]).fetch()
        #expect(second.credentials == Credentials(accessKeyID: "A2", secretAccessKey: "S#2"))
    }

    @Test(
        "no files and no profile leave the way to the next source; a profile that was asked for and is missing does not"
    )
    func absence() async throws {
        #expect(await code(try source()) == .notConfigured)
        #expect(await code(try source(config: "[default]\nregion = eu-west-1")) == .notConfigured)
        #expect(await code(try source(["AWS_PROFILE": "x"])) == .invalid)
        #expect(await code(try source(config: "[profile x]\nregion = a", ["AWS_PROFILE": "x"])) == .invalid)
        #expect(await code(try source(credentials: "[default]\naws_access_key_id = A")) == .invalid)
        #expect(await code(try source(config: "[default]\nsso_session = x")) == .invalid)
    }

    @Test("a process's answer is taken, with its expiry")
    func process() async throws {
        let answer =
            #"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"S","SessionToken":"T","Expiration":"2026-08-30T12:36:00Z"}"#
        let fetched = try await source(config: "[default]\ncredential_process = echo '\(answer)'").fetch()
        #expect(fetched.credentials == Credentials(accessKeyID: "A", secretAccessKey: "S", sessionToken: "T"))
        #expect(fetched.expiration == 1_788_093_360)
    }

    @Test("a process that fails or talks nonsense is an error that shows nothing of what it printed")
    func badProcess() async throws {
        for (command, expected) in [
            ("exit 3", CredentialError.Code.unavailable), ("echo s3cr3t", .invalid),
            ("echo '{\"SecretAccessKey\":\"s3cr3t\"}'", .invalid),
            ("/no/such/program", .unavailable), ("head -c 100000 /dev/zero", .unavailable),
        ] {
            do {
                _ = try await source(config: "[default]\ncredential_process = \(command)").fetch()
                #expect(Bool(false), "\(command)")
            } catch let error as CredentialError {
                #expect(error.code == expected, "\(command)")
                #expect(!"\(error)".contains("s3cr3t"))
            }
        }
    }

    private let answer = """
        <AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>S</SecretAccessKey>
        <SessionToken>T==</SessionToken><Expiration>2026-08-30T13:36:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>
        """

    @Test("a role is assumed with its source profile's keys, in a signed call of the region's STS")
    func role() async throws {
        let transport = ScriptedTransport([.json(200, answer)])
        let config = """
            [profile app]
            role_arn = arn:aws:iam::1:role/app
            source_profile = base
            region = eu-central-1
            role_session_name = job 1
            external_id = a+b
            [profile base]
            aws_access_key_id = BASE
            aws_secret_access_key = S
            """
        let fetched = try await source(config: config, ["AWS_PROFILE": "app"], transport: transport).fetch()
        #expect(fetched.credentials.accessKeyID == "ASIA")
        #expect(fetched.credentials.sessionToken == "T==")
        #expect(fetched.expiration == 1_788_096_960)
        let request = try #require(transport.requests.first)
        #expect(request.url == "https://sts.eu-central-1.amazonaws.com/")
        #expect(
            request.headers["authorization"]?.contains("Credential=BASE/20260830/eu-central-1/sts/aws4_request") == true
        )
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == "Action=AssumeRole&ExternalId=a%2Bb&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fapp&RoleSessionName=job%201&Version=2011-06-15"
        )
    }

    @Test("a profile with a web identity token, with the environment or with itself as its source works too")
    func otherSources() async throws {
        let transport = ScriptedTransport([.json(200, answer)])
        let web = "[default]\nrole_arn = r\nweb_identity_token_file = /token"
        #expect(try await source(config: web, transport: transport).fetch().credentials.accessKeyID == "ASIA")
        let form = try #require(transport.requests.last.map { String(decoding: $0.body, as: UTF8.self) })
        #expect(form.hasSuffix("&WebIdentityToken=jwt"))
        #expect(transport.requests.last?.headers["authorization"] == nil)
        let environment = "[default]\nrole_arn = r\ncredential_source = Environment"
        _ = try await source(
            config: environment, ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s"], transport: transport
        ).fetch()
        #expect(transport.requests.last?.headers["authorization"]?.contains("Credential=ENV/") == true)
        let itself =
            "[default]\nrole_arn = r\nsource_profile = default\naws_access_key_id = SELF\naws_secret_access_key = s"
        _ = try await source(config: itself, transport: transport).fetch()
        #expect(transport.requests.last?.headers["authorization"]?.contains("Credential=SELF/") == true)
    }

    @Test("profiles that lead in a circle, or to nothing, are an error")
    func circles() async throws {
        let circle = "[default]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = default"
        #expect(await code(try source(config: circle)) == .invalid)
        #expect(await code(try source(config: "[default]\nrole_arn = r\nsource_profile = none")) == .invalid)
        #expect(await code(try source(config: "[default]\nrole_arn = r")) == .invalid)
    }

    @Test("a refusal of STS is passed on in its words")
    func refused() async throws {
        let refusal =
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>"
        let transport = ScriptedTransport([.json(403, refusal)])
        do {
            _ = try await source(
                config: "[default]\nrole_arn = r\nweb_identity_token_file = /token", transport: transport
            ).fetch()
            #expect(Bool(false))
        } catch let error as CredentialError {
            #expect(error.code == .invalid)
            #expect(error.message.contains("AccessDenied"))
            #expect(transport.requests.count == 1)
        }
    }
}
