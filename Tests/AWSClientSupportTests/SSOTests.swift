import AWSClientSupport
import CurlHTTP
import SigV4
import Testing

@Suite("SSO profiles")
struct SSOTests {
    private let config = """
        [default]
        sso_session = corp
        sso_account_id = 123456789012
        sso_role_name = Reader of all
        [sso-session corp]
        sso_region = eu-central-1
        sso_start_url = https://corp.example/start
        [profile old]
        sso_account_id = 1
        sso_role_name = R
        sso_region = us-east-1
        sso_start_url = https://corp.example/start
        """
    private let answer =
        #"{"roleCredentials":{"accessKeyId":"ASIA","secretAccessKey":"S","sessionToken":"T","expiration":1788096960000}}"#

    private func token(expiresAt: String = "2026-08-30T20:00:00Z") -> String {
        #"{"startUrl":"https://corp.example/start","region":"eu-central-1","accessToken":"TOKEN","expiresAt":"\#(expiresAt)"}"#
    }

    private func message(_ source: ProfileCredentialSource) async -> String? {
        do throws(CredentialError) {
            _ = try await source.fetch()
            return nil
        } catch {
            #expect(error.code == .invalid)
            return error.message
        }
    }

    @Test("the cached token of the session is shown to the portal, which gives the role's keys")
    func session() async throws {
        let transport = ScriptedTransport([.json(200, answer)])
        let source = try profileSource(
            config: config, files: [SSOTests.path(of: "corp"): token()], transport: transport)
        let fetched = try await source.fetch()
        #expect(fetched.credentials == Credentials(accessKeyID: "ASIA", secretAccessKey: "S", sessionToken: "T"))
        #expect(fetched.expiration == 1_788_096_960)
        let request = try #require(transport.requests.first)
        #expect(
            request.url
                == "https://portal.sso.eu-central-1.amazonaws.com/federation/credentials?role_name=Reader%20of%20all&account_id=123456789012"
        )
        #expect(request.headers["x-amz-sso_bearer_token"] == "TOKEN")
        #expect(request.headers["authorization"] == nil)
    }

    @Test("a profile without a session has its token under its start URL, and AWS_ENDPOINT_URL_SSO says where to ask")
    func legacy() async throws {
        let transport = ScriptedTransport([.json(200, answer)])
        let source = try profileSource(
            config: config, ["AWS_PROFILE": "old", "AWS_ENDPOINT_URL_SSO": "http://127.0.0.1:4566"],
            files: [SSOTests.path(of: "https://corp.example/start"): token(expiresAt: "2026-08-30T20:00:00UTC")],
            transport: transport)
        _ = try await source.fetch()
        #expect(transport.requests.first?.url.hasPrefix("http://127.0.0.1:4566/federation/credentials?") == true)
    }

    @Test("a login that is missing, expired, or not accepted says to log in, and for which profile")
    func login() async throws {
        let path = SSOTests.path(of: "corp")
        for (files, transport) in [
            ([:], ScriptedTransport([])), ([path: token(expiresAt: "2026-08-30T12:00:00Z")], ScriptedTransport([])),
            ([path: "{"], ScriptedTransport([])), ([path: "{}"], ScriptedTransport([])),
            ([path: token()], ScriptedTransport([.json(401, #"{"message":"Session token not found or invalid"}"#)])),
        ] {
            let source = try profileSource(config: config, files: files, transport: transport)
            let message = try #require(await message(source))
            #expect(message.contains("run 'aws sso login'"), "\(message)")
            #expect(!message.contains("TOKEN"))
        }
        let named = try profileSource(config: config, ["AWS_PROFILE": "old"])
        #expect(await message(named)?.contains("run 'aws sso login --profile old'") == true)
    }

    @Test("an incomplete profile is refused by what it lacks")
    func incomplete() async throws {
        for (config, name) in [
            ("[default]\nsso_account_id = 1\nsso_role_name = R\nsso_session = gone", "gone"),
            ("[default]\nsso_account_id = 1\nsso_role_name = R\nsso_region = r", "sso_start_url"),
            ("[default]\nsso_account_id = 1\nsso_start_url = u\nsso_region = r", "sso_role_name"),
        ] {
            #expect(await message(try profileSource(config: config))?.contains(name) == true)
        }
    }

    @Test("SSO goes before keys in the credentials file, as in the CLI")
    func order() async throws {
        let source = try profileSource(
            config: config, credentials: "[default]\naws_access_key_id = A\naws_secret_access_key = S",
            files: [SSOTests.path(of: "corp"): token()], transport: ScriptedTransport([.json(200, answer)]))
        #expect(try await source.fetch().credentials.accessKeyID == "ASIA")
    }

    /// What `hashlib.sha1(key).hexdigest()` says.
    private static func path(of key: String) -> String {
        let digests = [
            "corp": "ee0bfd2552fbd840c02cc48b6e823320543c450f",
            "https://corp.example/start": "f7c9b39d0b4c7a7d82c79307585f77e1c5e74378",
        ]
        return "/home/x/.aws/sso/cache/\(digests[key] ?? "").json"
    }
}
