import CurlHTTP
import SigV4

/// The calls of the Security Token Service that give temporary credentials or name an identity, in its query protocol.
///
/// https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
struct STSRequest: Sendable {
    let endpoint: AWSEndpoint
    let http: CredentialHTTP

    /// Proves an identity by a token of an identity provider; the request itself is not signed.
    func assumeRoleWithWebIdentity(
        roleARN: String, sessionName: String, token: String
    ) async throws(CredentialError) -> TemporaryCredentials {
        let form = Self.form([
            "Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", "RoleArn": roleARN,
            "RoleSessionName": sessionName, "WebIdentityToken": token,
        ])
        return try read(await http.send(request(form, headers: [("Content-Type", Self.contentType)])))
    }

    /// Proves an identity by other credentials.
    func assumeRole(
        roleARN: String, sessionName: String, externalID: String?, durationSeconds: String?, region: String,
        credentials: Credentials
    ) async throws(CredentialError) -> TemporaryCredentials {
        var fields = [
            "Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": roleARN, "RoleSessionName": sessionName,
        ]
        fields["ExternalId"] = externalID
        fields["DurationSeconds"] = durationSeconds
        return try read(await send(Self.form(fields), region: region, credentials: credentials))
    }

    /// The ARN of who the credentials belong to. Needs no permission.
    func getCallerIdentity(region: String, credentials: Credentials) async throws(CredentialError) -> String {
        let form = Self.form(["Action": "GetCallerIdentity", "Version": "2011-06-15"])
        let text = String(
            decoding: try await send(form, region: region, credentials: credentials), as: UTF8.self)
        guard let arn = XMLText.element("Arn", in: text) else {
            throw CredentialError(.invalid, source: http.source, message: "STS's answer lacks an ARN")
        }
        return ErrorText.oneLine(arn, maximumCharacters: 2_048)
    }

    private func send(
        _ form: [UInt8], region: String, credentials: Credentials
    ) async throws(CredentialError) -> [UInt8] {
        var headers: [(name: String, value: String)] = [
            ("Host", endpoint.hostHeader), ("Content-Type", Self.contentType),
        ]
        do {
            headers += try Signer(region: region, service: "sts").sign(
                SigningRequest(
                    method: "POST", path: endpoint.path, headers: headers, payloadHash: try SHA256Digest.hash(form)),
                credentials: credentials, date: SigningDate(unixSeconds: http.environment.unixSeconds)
            ).headers
        } catch {
            throw CredentialError(.invalid, source: http.source, message: "\(error)")
        }
        return try await http.send(request(form, headers: headers))
    }

    private static let contentType = "application/x-www-form-urlencoded; charset=utf-8"

    private func request(_ form: [UInt8], headers: [(name: String, value: String)]) -> HTTPRequest {
        HTTPRequest(
            method: "POST", url: endpoint.url, headers: HTTPHeaders(headers), body: form,
            timeouts: HTTPTimeouts(connect: .seconds(5), idle: .seconds(10), total: .seconds(15)))
    }

    private func read(_ body: [UInt8]) throws(CredentialError) -> TemporaryCredentials {
        let text = String(decoding: body, as: UTF8.self)
        guard let accessKeyID = XMLText.element("AccessKeyId", in: text),
            let secret = XMLText.element("SecretAccessKey", in: text),
            let token = XMLText.element("SessionToken", in: text),
            let expiration = XMLText.element("Expiration", in: text).flatMap(ISO8601Date.unixSeconds)
        else { throw CredentialError(.invalid, source: http.source, message: "STS's answer lacks credentials") }
        return TemporaryCredentials(
            Credentials(accessKeyID: accessKeyID, secretAccessKey: secret, sessionToken: token), expiration: expiration)
    }

    private static func form(_ fields: [String: String]) -> [UInt8] {
        let pairs = fields.sorted { $0.key < $1.key }.map { "\($0.key)=\(PercentEncoding.encoded($0.value))" }
        return Array(pairs.joined(separator: "&").utf8)
    }
}
