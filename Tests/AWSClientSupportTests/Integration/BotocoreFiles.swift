import Foundation
import TestSupport

@testable import AWSClientSupport

/// A made-up config and credentials file, and what botocore reads in them.
struct BotocoreFiles: Decodable {
    enum Value: Decodable {
        case text(String)
        case nested([String: String])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else {
                self = .nested(try container.decode([String: String].self))
            }
        }
    }

    enum CodingKeys: String, CodingKey {
        case index, config, credentials, error, profiles, services, endpoints
        case ssoSessions = "sso_sessions"
    }

    let index: Int
    let config: Data
    let credentials: Data
    /// botocore refuses one of the two.
    let error: Bool
    let profiles: [String: [String: Value]]
    let ssoSessions: [String: [String: Value]]
    let services: [String: [String: Value]]
    /// Where each profile sends the calls of SQS; `error` when botocore fails over it.
    let endpoints: [String: String?]

    /// Lets botocore read `count` pairs that follow from `seed`, in one Python process.
    static func read(seed: Int, count: Int) async throws -> [BotocoreFiles] {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Botocore/read_random_files.py").path(percentEncoded: false)
        let result = try await ChildProcess.run(
            PythonEnvironment.currentBotocore(), [script, String(seed), String(count)], deadline: .seconds(120))
        guard result.status == 0 else {
            throw TestSupportError(
                "the botocore script ended with \(result.status): \(result.errorOutput.suffix(2000))")
        }
        return try result.output.split(separator: "\n").map {
            try JSONDecoder().decode(BotocoreFiles.self, from: Data($0.utf8))
        }
    }

    /// For messages.
    var texts: String {
        "\(String(decoding: config, as: UTF8.self).debugDescription), \(String(decoding: credentials, as: UTF8.self).debugDescription)"
    }

    /// What is read in them here; `nil` when one of the two is refused.
    func shared() -> SharedConfigFiles? {
        guard let config = try? INIFile(Array(config)), let credentials = try? INIFile(Array(credentials)) else {
            return nil
        }
        return SharedConfigFiles(config: config, credentials: credentials)
    }

    func endpoint(of profile: String) throws -> String? {
        let (config, credentials) = (Array(config), Array(credentials))
        let settings = try AWSSettings(
            environment: ["HOME": "/h", "AWS_DEFAULT_PROFILE": profile],
            files: CredentialFiles { path in
                switch path {
                case "/h/.aws/config": config
                case "/h/.aws/credentials": credentials
                default: nil
                }
            })
        do {
            return try settings.configuredEndpoint(of: .sqs)?.text
        } catch {
            return "error"
        }
    }

    static func settings(_ values: [String: [String: Value]]) -> [String: SharedConfigFiles.Settings] {
        values.mapValues {
            $0.mapValues { value in
                switch value {
                case .text(let text): .text(text)
                case .nested(let nested): .nested(nested)
                }
            }
        }
    }
}
