import AWSClientSupport
import CurlHTTP
import SigV4
import Testing

/// A source of a profile over files that a test makes up.
func profileSource(
    config: String = "", credentials: String = "", _ variables: [String: String] = [:], files: [String: String] = [:],
    transport: any ServiceTransport = ScriptedTransport([])
) throws -> ProfileCredentialSource {
    let known = [
        "/home/x/.aws/config": config, "/home/x/.aws/credentials": credentials, "/token": "jwt\n",
    ].merging(files) { $1 }
    let settings = try AWSSettings(
        environment: ["HOME": "/home/x"].merging(variables) { $1 },
        files: CredentialFiles { known[$0].map { Array($0.utf8) } })
    return ProfileCredentialSource(
        settings: settings, region: try AWSRegion("eu-west-1"), transport: transport,
        calls: ManualTime().environment())
}

@Suite("Shared config and credentials files")
struct ProfileTests {
    private func source(
        config: String = "", credentials: String = "", _ variables: [String: String] = [:],
        transport: any ServiceTransport = ScriptedTransport([])
    ) throws -> ProfileCredentialSource {
        try profileSource(config: config, credentials: credentials, variables, transport: transport)
    }

    private func code(_ source: ProfileCredentialSource) async -> CredentialError.Code? {
        do {
            _ = try await source.fetch()
            return nil
        } catch {
            return error.code
        }
    }

    @Test("keys are read from both files, comment lines and nested settings left out, the credentials file first")
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
            # a comment of its own line
              ; and one that is indented
            aws_secret_access_key=S#2
            [sso-session x]
            aws_access_key_id = not-a-profile
            """
        let credentials =
            "\r\n[default]\r\nAWS_ACCESS_KEY_ID = A1\r\naws_secret_access_key = S1\r\naws_session_token = T1\r\n"
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
        #expect(await code(try source(config: "[default]\nsso_session = x")) == .notConfigured)
        #expect(await code(try source(config: "[default]\nsso_session = x\nsso_role_name = r")) == .invalid)
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
            ("exit 3", CredentialError.Code.invalid), ("echo s3cr3t", .invalid),
            ("echo '{\"SecretAccessKey\":\"s3cr3t\"}'", .invalid),
            ("/no/such/program", .invalid), ("head -c 100000 /dev/zero", .unavailable),
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

    @Test("a process that fails says why in its own words: the end of them, on one line, and not what it printed")
    func reason() async throws {
        for (command, words) in [
            ("sh -c 'echo SSO session expired >&2; exit 3'", "ended with status 3: SSO session expired"),
            ("printf 'first\\nlast\\033[31m\\n' >&2; exit 1", "first last [31m"),
            ("head -c 100000 /dev/zero | tr '\\0' x >&2; echo the end >&2; exit 1", "the end"),
            ("echo s3cr3t; echo denied >&2; exit 1", "denied"),
        ] {
            do {
                _ = try await source(config: "[default]\ncredential_process = \(command)").fetch()
                Issue.record("no error: \(command)")
            } catch let error as CredentialError {
                #expect(error.code == .invalid)
                #expect(error.message.contains(words), "\(error)")
                #expect(!error.message.contains("s3cr3t") && error.message.count < 400)
                #expect(error.message.unicodeScalars.allSatisfy { $0.value >= 0x20 })
            }
        }
    }

    @Test("what a process writes to standard error does not hinder one that succeeds")
    func talkative() async throws {
        let answer = #"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"S"}"#
        let command = "head -c 300000 /dev/zero >&2; echo '\(answer)'; (sleep 30 >/dev/null) &"
        let fetched = try await source(config: "[default]\ncredential_process = \(command)").fetch()
        #expect(fetched.credentials.accessKeyID == "A")
    }

    @Test("keys that are indented below their section are read, with spaces or tabs", arguments: ["    ", "\t", " "])
    func indented(space: String) async throws {
        let text = "[default]\n\(space)aws_access_key_id = A\n\(space)aws_secret_access_key = S\n"
        #expect(try await source(credentials: text).fetch().credentials.accessKeyID == "A")
    }

    @Test("a profile that says several things is read in the CLI's order")
    func order() async throws {
        let process =
            "credential_process = echo '{\"Version\":1,\"AccessKeyId\":\"PROCESS\",\"SecretAccessKey\":\"s\"}'"
        let keys = "aws_access_key_id = KEYS\naws_secret_access_key = s"
        let inConfig = "[default]\n\(process)\n\(keys)"
        #expect(try await source(config: inConfig).fetch().credentials.accessKeyID == "PROCESS")
        let inCredentials = try await source(config: "[default]\n\(process)", credentials: "[default]\n\(keys)").fetch()
        #expect(inCredentials.credentials.accessKeyID == "KEYS")
        // As the source of a role, a profile with a role of its own and keys is its keys.
        let chained = """
            [default]
            role_arn = one
            source_profile = base
            [profile base]
            role_arn = two
            source_profile = none
            \(keys)
            """
        let transport = ScriptedTransport([.json(200, answer)])
        _ = try await source(config: chained, transport: transport).fetch()
        #expect(transport.requests.count == 1)
        #expect(transport.requests.last?.headers["authorization"]?.contains("Credential=KEYS/") == true)
    }

    @Test("what needs a person, or is not supported, is refused with what to do")
    func unsupported() async throws {
        for (config, advice) in [
            ("[default]\nrole_arn = r\nsource_profile = default\nmfa_serial = m", "mfa_serial"),
            ("[default]\nlogin_session = arn", "aws configure export-credentials --profile default"),
        ] {
            do {
                _ = try await source(config: config).fetch()
                Issue.record("no error")
            } catch let error as CredentialError {
                #expect(error.code == .invalid && error.message.contains(advice))
            }
        }
    }

    @Test("credentials say where they come from")
    func origin() async throws {
        let keys = try await source(credentials: "[default]\naws_access_key_id = A\naws_secret_access_key = S").fetch()
        #expect(keys.origin == "keys of profile default in /home/x/.aws/credentials")
        let web = "[default]\nrole_arn = arn:r\nweb_identity_token_file = /token"
        let role = try await source(config: web, transport: ScriptedTransport([.json(200, answer)])).fetch()
        #expect(role.origin == "role arn:r by web identity, of profile default (/home/x/.aws/config)")
    }

    @Test("STS is asked where AWS_ENDPOINT_URL_STS or the profile says")
    func stsEndpoint() async throws {
        let web = "[default]\nrole_arn = r\nweb_identity_token_file = /token\n"
        for (config, variables) in [
            (web, ["AWS_ENDPOINT_URL_STS": "http://127.0.0.1:99"]), (web, ["AWS_ENDPOINT_URL": "http://127.0.0.1:99"]),
            (web + "endpoint_url = http://127.0.0.1:99", [:]),
            (web + "services = s\n[services s]\nsts =\n  endpoint_url = http://127.0.0.1:99", [:]),
        ] {
            let transport = ScriptedTransport([.json(200, answer)])
            _ = try await source(config: config, variables, transport: transport).fetch()
            #expect(transport.requests.first?.url == "http://127.0.0.1:99/")
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
