/// Credentials of a role, for a token that the platform (an EKS cluster, a CI system) writes to a file.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html
package struct WebIdentityCredentialSource: ExpiringCredentialSource {
    package let name = "web identity"
    private let tokenFile: String?
    private let roleARN: String?
    private let sessionName: String
    private let files: CredentialFiles
    private let origin: String
    private let sts: STSRequest

    /// - Parameter stsEndpoint: `nil`: the region's endpoint of AWS.
    package init(
        environment variables: [String: String], region: AWSRegion, stsEndpoint: AWSEndpoint? = nil,
        transport: any ServiceTransport, files: CredentialFiles = .live, calls: CallEnvironment = .live
    ) {
        self.init(
            tokenFile: variables["AWS_WEB_IDENTITY_TOKEN_FILE"].map {
                FilePath.expanded($0, environment: variables)
            }, roleARN: variables["AWS_ROLE_ARN"],
            sessionName: variables["AWS_ROLE_SESSION_NAME"],
            endpoint: stsEndpoint ?? region.endpoint(of: AWSService.sts.rawValue),
            origin: "role \(variables["AWS_ROLE_ARN"] ?? "-") by web identity (AWS_WEB_IDENTITY_TOKEN_FILE)",
            transport: transport, files: files, calls: calls)
    }

    init(
        tokenFile: String?, roleARN: String?, sessionName: String?, endpoint: AWSEndpoint, origin: String,
        transport: any ServiceTransport, files: CredentialFiles, calls: CallEnvironment
    ) {
        self.tokenFile = tokenFile.flatMap { $0.isEmpty ? nil : $0 }
        self.roleARN = roleARN.flatMap { $0.isEmpty ? nil : $0 }
        self.sessionName = sessionName.flatMap { $0.isEmpty ? nil : $0 } ?? "user-sync"
        self.files = files
        self.origin = origin
        self.sts = STSRequest(
            endpoint: endpoint, http: CredentialHTTP(transport: transport, environment: calls, source: name))
    }

    package func fetch() async throws(CredentialError) -> TemporaryCredentials {
        guard let tokenFile else {
            throw CredentialError(.notConfigured, source: name, message: "AWS_WEB_IDENTITY_TOKEN_FILE is not set")
        }
        guard let roleARN else {
            throw CredentialError(
                .invalid, source: name, message: "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not")
        }
        // Read each time: the platform rotates it.
        guard let token = files.token(tokenFile) else {
            throw CredentialError(
                .invalid, source: name, message: "the web identity token file is empty or cannot be read")
        }
        var fetched = try await sts.assumeRoleWithWebIdentity(
            roleARN: roleARN, sessionName: sessionName, token: token)
        fetched.origin = origin
        return fetched
    }
}
