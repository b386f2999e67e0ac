import AWSClientSupport
import CurlHTTP
import SigV4
import SyncCore
import TestSupport

/// Answers of the services that give credentials: of containers and instances (JSON) and of STS (XML).
///
/// What is accepted is signed with; an error, also the signer's, is one line and says nothing of what the answer held.
package struct CredentialSubject: FuzzSubject {
    package static let name = "credentials"
    package static let leastPercent = (accepted: 10, refused: 40)

    package init() {}

    package func run(seed: UInt64) async -> FuzzOutcome {
        var random = SeededGenerator(seed: seed)
        let isXML = random.chance(1, in: 3)
        var body = Array((isXML ? Self.xml : Self.json).utf8)
        if !random.chance(1, in: 6) {
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                Damage.strike(&body, tokens: Self.tokens, using: &random)
            }
        }
        let status = random.chance(1, in: 5) ? [400, 401, 403, 404, 429, 500, 503][Int(seed % 7)] : 200
        var outcome = FuzzOutcome(bytes: body.count)
        do throws(CredentialError) {
            let fetched = try await Self.source(isXML, ServiceResponse(status: status, body: body)).fetch()
            if let text = Self.signingError(fetched.credentials) {
                outcome.refused = 1
                Self.check(text, of: body, into: &outcome)
            } else {
                outcome.accepted = 1
            }
        } catch {
            outcome.refused = 1
            Self.check("\(error)", of: body, into: &outcome)
        }
        return outcome
    }

    private static func source(
        _ isXML: Bool, _ answer: ServiceResponse
    ) throws(CredentialError) -> any ExpiringCredentialSource {
        let transport = OneAnswer(answer: answer)
        guard isXML else {
            return ContainerCredentialSource(
                environment: ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials"], transport: transport,
                calls: .still)
        }
        let region: AWSRegion
        do {
            region = try AWSRegion("eu-west-1")
        } catch {
            throw CredentialError(.invalid, source: "fuzz", message: "\(error)")
        }
        return WebIdentityCredentialSource(
            environment: ["AWS_WEB_IDENTITY_TOKEN_FILE": "token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/app"],
            region: region, transport: transport, files: CredentialFiles { _ in Array("jwt".utf8) }, calls: .still)
    }

    private static func check(_ error: String, of body: [UInt8], into outcome: inout FuzzOutcome) {
        guard !isOneLine(error) || error.utf8.count > 4_096 || error.contains("S3CR3T") else { return }
        outcome.problem = """
            the error is no line for a log: \(Excerpt.printable(Array(error.utf8), isCut: false))
            of: \(Excerpt.printable(body, isCut: false))
            """
    }

    /// Why a request cannot be signed with these keys; nil: it can.
    private static func signingError(_ credentials: Credentials) -> String? {
        do throws(SigningError) {
            _ = try Signer(region: "eu-west-1", service: "sqs").sign(
                SigningRequest(method: "POST", path: "/", headers: [(name: "Host", value: "h")], payloadHash: .empty),
                credentials: credentials, date: SigningDate(unixSeconds: 1_788_093_360))
            return nil
        } catch {
            return "\(error)"
        }
    }

    private static let json = """
        {"Code":"Success","AccessKeyId":"ASIA","SecretAccessKey":"S3CR3T/key+","Token":"S3CR3Ttoken==","Expiration":"2099-01-01T00:00:00Z"}
        """
    private static let xml = """
        <AssumeRoleWithWebIdentityResponse><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>S3CR3T/key</SecretAccessKey>\
        <SessionToken>S3CR3Ttoken</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResponse>
        """
    private static let tokens: [[UInt8]] =
        [
            "{", "}", "\"", "\\", "\\u0000", ",", ":", "null", "\u{0}", "\r\n", "\u{202E}", "<", "</SecretAccessKey>",
            "<AccessKeyId>",
            "&#0;", "&#10;", "&lt;", "0000-", "+99:99", "\"AccessKeyId\":\"\",",
        ].map { Array($0.utf8) }
}
