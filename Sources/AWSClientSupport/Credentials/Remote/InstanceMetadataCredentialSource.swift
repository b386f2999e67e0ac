import CurlHTTP

/// Credentials of an EC2 instance's role, from the instance metadata service, version 2 only.
///
/// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
package struct InstanceMetadataCredentialSource: ExpiringCredentialSource {
    package let name = "instance metadata"
    package let outlivesExpiration = true
    private let variables: [String: String]
    private let http: CredentialHTTP

    package init(
        environment variables: [String: String], transport: any ServiceTransport, calls: CallEnvironment = .live
    ) {
        self.variables = variables
        // Off EC2 nobody answers; the chain should learn that soon.
        self.http = CredentialHTTP(transport: transport, environment: calls, source: name, attempts: 2)
    }

    package func fetch() async throws(CredentialError) -> TemporaryCredentials {
        guard variables["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true" else {
            throw CredentialError(.notConfigured, source: name, message: "AWS_EC2_METADATA_DISABLED is true")
        }
        let base = try base()
        let token = try await token(base)
        let roles = "\(base)/latest/meta-data/iam/security-credentials/"
        let answer = try await text(roles, token: token)
        guard let role = answer.split(whereSeparator: \.isNewline).first.map(String.init), Self.isRoleName(role) else {
            throw CredentialError(.notConfigured, source: name, message: "the instance has no role")
        }
        var fetched = try CredentialDocument.read(await http.send(request(roles + role, token: token)), source: name)
        fetched.origin = "role \(role) of this instance"
        return fetched
    }

    private func base() throws(CredentialError) -> String {
        let usesIPv6 = variables["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"]?.lowercased() == "ipv6"
        let url =
            variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"].flatMap { $0.isEmpty ? nil : $0 }
            ?? (usesIPv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254")
        do {
            let endpoint = try AWSEndpoint(parsing: url)
            guard endpoint.scheme == .https || endpoint.isLoopback || Self.addresses.contains(endpoint.host) else {
                throw CredentialError(
                    .invalid, source: name, message: "AWS_EC2_METADATA_SERVICE_ENDPOINT is plain http to another host")
            }
            return String(endpoint.url.dropLast(endpoint.url.hasSuffix("/") ? 1 : 0))
        } catch let error as CredentialError {
            throw error
        } catch {
            throw CredentialError(
                .invalid, source: name, message: "AWS_EC2_METADATA_SERVICE_ENDPOINT is not usable: \(error)")
        }
    }

    /// Link-local addresses of the service: no packet to them leaves the host.
    private static let addresses: Set<String> = ["169.254.169.254", "fd00:ec2::254"]

    private func token(_ base: String) async throws(CredentialError) -> String {
        var request = request("\(base)/latest/api/token", token: nil)
        request.method = "PUT"
        request.headers["X-aws-ec2-metadata-token-ttl-seconds"] = "21600"
        do throws(CredentialError) {
            let token = String(decoding: try await http.send(request), as: UTF8.self)
            guard !token.isEmpty, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw CredentialError(.invalid, source: name, message: "its session token cannot be read")
            }
            return token
        } catch {
            guard error.code == .unavailable else { throw error }
            // Nobody there: this is no EC2 instance, which is the normal case elsewhere.
            throw CredentialError(
                .notConfigured, source: name, message: "the service does not answer: \(error.message)")
        }
    }

    private func text(_ url: String, token: String) async throws(CredentialError) -> String {
        String(decoding: try await http.send(request(url, token: token)), as: UTF8.self)
    }

    private func request(_ url: String, token: String?) -> HTTPRequest {
        HTTPRequest(
            url: url, headers: token.map { ["X-aws-ec2-metadata-token": $0] } ?? [:],
            timeouts: HTTPTimeouts(connect: .seconds(1), idle: .seconds(2), total: .seconds(2)),
            // `base()` lets plain HTTP through to its own addresses only.
            allowsPlaintextToRemote: true)
    }

    private static func isRoleName(_ name: String) -> Bool {
        name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "+=,.@_-".utf8.contains(byte)
            }
        }
    }
}
