import CurlHTTP
import SigV4

/// Credentials of a role of IAM Identity Center, for the token that `aws sso login` left in the cache.
///
/// The token is not renewed here: that takes a person, or the CLI.
/// https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html
struct SSOCredentials {
    let profile: String
    let accountID: String
    let roleName: String
    /// What the cached token is named after: the session, or in a profile without one the start URL.
    let cacheKey: String
    let region: String
    let settings: AWSSettings
    let transport: any ServiceTransport
    let calls: CallEnvironment

    static let source = "SSO"

    func fetch() async throws(CredentialError) -> TemporaryCredentials {
        let token = try token()
        let query =
            "role_name=\(PercentEncoding.encoded(roleName))&account_id=\(PercentEncoding.encoded(accountID))"
        let endpoint = try endpoint()
        let base = endpoint.url.hasSuffix("/") ? String(endpoint.url.dropLast()) : endpoint.url
        let request = HTTPRequest(
            url: "\(base)/federation/credentials?\(query)", headers: ["x-amz-sso_bearer_token": token],
            timeouts: HTTPTimeouts(connect: .seconds(5), idle: .seconds(10), total: .seconds(15)))
        let http = CredentialHTTP(transport: transport, environment: calls, source: Self.source) { status in
            status == 401 ? "it does not accept the token; \(advice)" : nil
        }
        return try read(await http.send(request))
    }

    private var advice: String {
        profile == "default" ? "run 'aws sso login'" : "run 'aws sso login --profile \(profile)'"
    }

    private func endpoint() throws(CredentialError) -> AWSEndpoint {
        do {
            if let configured = try settings.endpoint(of: .sso) { return configured.value }
        } catch let problem {
            throw error(.invalid, problem.description)
        }
        do {
            return try AWSRegion(region).endpoint(of: "portal.sso")
        } catch let problem {
            throw error(.invalid, "the sso_region of profile \(profile) cannot be used: \(problem)")
        }
    }

    private func token() throws(CredentialError) -> String {
        guard let home = FilePath.home(settings.environment), let name = SHA1.hexadecimal(Array(cacheKey.utf8)) else {
            throw error(.invalid, "the folder of cached tokens cannot be found: set HOME")
        }
        let path = "\(home)/.aws/sso/cache/\(name).json"
        guard let bytes = settings.files.read(path) else {
            throw error(.invalid, "nobody is logged in: there is no token at \(path); \(advice)")
        }
        var fields: [String: String] = [:]
        do {
            var reader = try JSONReader(bytes, limits: .init(maximumBytes: 64 << 10))
            fields = try reader.readStrings()
        } catch let problem {
            throw error(.invalid, "the token at \(path) cannot be read: \(problem); \(advice)")
        }
        guard let token = fields["accessToken"], !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let end = fields["expiresAt"].flatMap(Self.date)
        else { throw error(.invalid, "the token at \(path) is incomplete; \(advice)") }
        guard end > calls.unixSeconds else { throw error(.invalid, "the login has expired; \(advice)") }
        return token
    }

    /// Older CLIs wrote `UTC` in the place of `Z`.
    private static func date(_ text: String) -> Int64? {
        ISO8601Date.unixSeconds(text.hasSuffix("UTC") ? "\(text.dropLast(3))Z" : text)
    }

    private func read(_ body: [UInt8]) throws(CredentialError) -> TemporaryCredentials {
        var fields: [String: String] = [:]
        var expiration: Int64?
        do {
            var reader = try JSONReader(body, limits: .init(maximumBytes: 64 << 10))
            try reader.readObject { member, reader throws(JSONError) in
                guard member == "roleCredentials", reader.peek() == .object else { return try reader.skipValue() }
                try reader.readObject { name, reader throws(JSONError) in
                    switch reader.peek() {
                    case .string: fields[name] = try reader.readString()
                    case .number where name == "expiration": expiration = try reader.readInteger() / 1_000
                    default: try reader.skipValue()
                    }
                }
            }
        } catch let problem {
            throw error(.invalid, "its answer cannot be read: \(problem)")
        }
        guard let accessKeyID = fields["accessKeyId"], let secret = fields["secretAccessKey"],
            let token = fields["sessionToken"], let expiration
        else { throw error(.invalid, "its answer lacks credentials") }
        return TemporaryCredentials(
            Credentials(accessKeyID: accessKeyID, secretAccessKey: secret, sessionToken: token), expiration: expiration,
            origin: "SSO role \(roleName) of account \(accountID), of \(settings.description(of: profile))")
    }

    private func error(_ code: CredentialError.Code, _ message: String) -> CredentialError {
        CredentialError(code, source: Self.source, message: message)
    }
}
