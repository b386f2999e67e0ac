import Foundation
import SigV4
import Testing

/// One case of the AWS signing test suite, as JSON.
struct OfficialCase: Decodable, Sendable, CustomTestStringConvertible {
    struct Context: Decodable {
        let accessKey: String
        let secretKey: String
        let sessionToken: String?
        let region: String
        let service: String
        let timestamp: String
        let normalize: Bool
        let signBody: Bool
        let omitSessionToken: Bool
        let expiration: Int
    }
    struct Request: Decodable {
        let method: String
        let target: String
        let headers: [[String]]
        let body: String
    }
    struct Expected: Decodable {
        let canonicalRequest: String
        let stringToSign: String
        let signature: String
        let authorization: String?
    }

    let name: String
    let context: Context
    let request: Request
    let header: Expected
    let query: Expected

    var testDescription: String { name }

    var signer: Signer {
        Signer(
            region: context.region, service: context.service,
            options: .init(
                normalizesPath: context.normalize,
                addsContentHashHeader: context.signBody,
                omitsSessionToken: context.omitSessionToken))
    }

    var credentials: Credentials {
        Credentials(
            accessKeyID: context.accessKey, secretAccessKey: context.secretKey, sessionToken: context.sessionToken)
    }

    var date: SigningDate {
        get throws {
            let parsed = try Date(context.timestamp, strategy: .iso8601)
            return SigningDate(unixSeconds: Int64(parsed.timeIntervalSince1970))
        }
    }

    var signingRequest: SigningRequest {
        get throws {
            let parts = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            return SigningRequest(
                method: request.method,
                path: String(parts[0]),
                query: parts.count == 2 ? String(parts[1]) : "",
                headers: request.headers.map { (name: $0[0], value: $0[1]) },
                payloadHash: try .hash(Array(request.body.utf8)))
        }
    }
}
