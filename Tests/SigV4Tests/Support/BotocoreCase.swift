import Foundation
import SigV4
import TestSupport

/// A random request, and what botocore made of it.
struct BotocoreCase: Decodable, Sendable {
    let index: Int
    let isPresigned: Bool
    let normalizesPath: Bool
    let encodesPathTwice: Bool
    let addsContentHashHeader: Bool
    let accessKey: String
    let secretKey: String
    let sessionToken: String?
    let region: String
    let service: String
    let unixSeconds: Int64
    let expires: Int
    let method: String
    let path: String
    let query: String
    let headers: [[String]]
    let body: String
    let canonicalRequest: String
    let stringToSign: String
    let signature: String
    let authorization: String?

    /// Lets botocore sign `count` requests that follow from `seed`, in one Python process.
    static func signed(seed: Int, count: Int) async throws -> [BotocoreCase] {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Botocore/sign_random_requests.py").path(percentEncoded: false)
        let result = try await ChildProcess.run(
            PythonEnvironment.currentBotocore(), [script, String(seed), String(count)], deadline: .seconds(120))
        guard result.status == 0 else {
            throw TestSupportError(
                "the botocore script ended with \(result.status): \(result.errorOutput.suffix(2000))")
        }
        return try result.output.split(separator: "\n").map {
            try JSONDecoder().decode(BotocoreCase.self, from: Data($0.utf8))
        }
    }

    var signer: Signer {
        Signer(
            region: region, service: service,
            options: .init(
                normalizesPath: normalizesPath, encodesPathTwice: encodesPathTwice,
                addsContentHashHeader: addsContentHashHeader))
    }

    var credentials: Credentials {
        Credentials(accessKeyID: accessKey, secretAccessKey: secretKey, sessionToken: sessionToken)
    }

    var signingRequest: SigningRequest {
        get throws {
            SigningRequest(
                method: method, path: path, query: query,
                headers: headers.map { (name: $0[0], value: $0[1]) },
                payloadHash: try .hash(Array(body.utf8)))
        }
    }
}
