import CurlHTTP
import Foundation
import Logging
import TestSupport
import Testing

@testable import AWSClientSupport

@Suite("Which credentials are used, beside botocore (Integration, needs Python)")
struct CredentialChoiceIntegrationTests {
    /// An environment with its files, and the name of the provider that botocore chooses.
    private struct Choice: Decodable {
        let variables: [String: String]
        let config: String
        let credentials: String
        let method: String
    }

    /// Answers as STS and as the portal of SSO.
    private struct Services: ServiceTransport {
        func send(_ request: HTTPRequest, maximumBodyBytes: Int) async throws(HTTPClientError) -> ServiceResponse {
            let isPortal = request.url.contains("/federation/credentials")
            let body =
                isPortal
                ? #"{"roleCredentials":{"accessKeyId":"SSO","secretAccessKey":"S","sessionToken":"T","expiration":4070908800000}}"#
                : "<R><Credentials><AccessKeyId>STS</AccessKeyId><SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></R>"
            return ServiceResponse(status: 200, body: Array(body.utf8))
        }
    }

    /// botocore's name for what our origin describes.
    private func method(_ origin: String) -> String {
        if origin.hasPrefix("environment") { return "env" }
        if origin.contains("by web identity") { return "assume-role-with-web-identity" }
        if origin.hasPrefix("SSO role") { return "sso" }
        if origin.hasPrefix("role ") { return "assume-role" }
        if origin.hasPrefix("credential_process") { return "custom-process" }
        if origin.hasSuffix("/credentials") { return "shared-credentials-file" }
        return origin.hasSuffix("/config") ? "config-file" : origin
    }

    @Test(
        "environment, web identity and all that a profile may hold: the source that botocore chooses is the one in use")
    func choice() async throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Botocore/choose_credentials.py").path(percentEncoded: false)
        let count = 300
        let result = try await ChildProcess.run(
            PythonEnvironment.currentBotocore(), [script, "17", String(count)], deadline: .seconds(120))
        #expect(result.status == 0, "\(result.errorOutput.suffix(2000))")
        let choices = try result.output.split(separator: "\n").map {
            try JSONDecoder().decode(Choice.self, from: Data($0.utf8))
        }
        #expect(choices.count == count)
        var seen: [String: Int] = [:]
        for choice in choices {
            let files = [
                "/h/.aws/config": choice.config, "/h/.aws/credentials": choice.credentials, "/token": "jwt",
                "/h/.aws/sso/cache/\(SHA1.hexadecimal(Array("https://start.example".utf8)) ?? "").json":
                    #"{"accessToken":"TOKEN","expiresAt":"2099-01-01T00:00:00Z"}"#,
            ]
            let variables = choice.variables.merging(["HOME": "/h", "AWS_EC2_METADATA_DISABLED": "true"]) { $1 }
            let chain = try CredentialChain.standard(
                AWSSettings(environment: variables, files: CredentialFiles { files[$0].map { Array($0.utf8) } }),
                region: AWSRegion("eu-west-1"), transport: Services(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let chosen = (try? await chain.credentials()) == nil ? "none" : await chain.origin().map(method) ?? "none"
            #expect(chosen == choice.method, "\(choice.variables) \(choice.config) \(choice.credentials)")
            seen[chosen, default: 0] += 1
        }
        #expect(seen.count == 8 && seen.values.allSatisfy { $0 >= 3 }, "every source is represented: \(seen)")
    }
}
