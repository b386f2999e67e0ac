import CurlHTTP

/// Credentials of an ECS task or an EKS pod, from the address that the container's environment names.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
package struct ContainerCredentialSource: ExpiringCredentialSource {
    package let name = "container"
    private let variables: [String: String]
    private let files: CredentialFiles
    private let http: CredentialHTTP

    package init(
        environment variables: [String: String], transport: any ServiceTransport, files: CredentialFiles = .live,
        calls: CallEnvironment = .live
    ) {
        self.variables = variables
        self.files = files
        self.http = CredentialHTTP(transport: transport, environment: calls, source: name)
    }

    package func fetch() async throws(CredentialError) -> TemporaryCredentials {
        let url = try url()
        var headers: HTTPHeaders = ["Accept": "application/json"]
        if let token = try authorization() { headers["Authorization"] = token }
        let request = HTTPRequest(
            url: url, headers: headers,
            timeouts: HTTPTimeouts(connect: .seconds(2), idle: .seconds(5), total: .seconds(5)),
            // `url()` lets plain HTTP through to the addresses below only.
            allowsPlaintextToRemote: true)
        var fetched = try CredentialDocument.read(await http.send(request), source: name)
        let agent = (try? AWSEndpoint(originOf: url)).map { " (\($0.host))" } ?? ""
        fetched.origin = "container\(agent)"
        return fetched
    }

    /// Link-local addresses of the ECS and EKS agents: no packet to them leaves the host.
    private static let agents: Set<String> = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"]

    private func url() throws(CredentialError) -> String {
        if let relative = variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"], !relative.isEmpty {
            guard relative.hasPrefix("/") else {
                throw invalid("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with a slash")
            }
            return "http://169.254.170.2\(relative)"
        }
        guard let full = variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"], !full.isEmpty else {
            throw CredentialError(
                .notConfigured, source: name, message: "no AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or …_FULL_URI is set")
        }
        let endpoint: AWSEndpoint
        do {
            endpoint = try AWSEndpoint(originOf: full)
        } catch {
            throw invalid("AWS_CONTAINER_CREDENTIALS_FULL_URI is not usable: \(error)")
        }
        guard endpoint.scheme == .https || endpoint.isLoopback || Self.agents.contains(endpoint.host) else {
            throw invalid("AWS_CONTAINER_CREDENTIALS_FULL_URI is plain http to another host: use https")
        }
        return full
    }

    private func authorization() throws(CredentialError) -> String? {
        let token: String
        if let path = variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"], !path.isEmpty {
            // Read each time: the platform rotates it.
            guard let content = files.token(FilePath.expanded(path, environment: variables)) else {
                throw invalid("the file that AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names is empty or cannot be read")
            }
            token = content
        } else if let value = variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"], !value.isEmpty {
            token = value
        } else {
            return nil
        }
        guard !token.utf8.contains(where: { $0 < 0x20 }) else {
            throw invalid("the authorization token has a line break")
        }
        return token
    }

    private func invalid(_ message: String) -> CredentialError {
        CredentialError(.invalid, source: name, message: message)
    }
}
