import SigV4

/// Credentials of a profile of the shared config and credentials files: keys, a process, or a role assumed with either.
///
/// The files are read at every fetch, so keys that were rotated in them are found when the old ones are refused.
/// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
package struct ProfileCredentialSource: ExpiringCredentialSource {
    package let name = "profile"
    private let variables: [String: String]
    private let region: AWSRegion
    private let stsEndpoint: AWSEndpoint?
    private let transport: any ServiceTransport
    private let files: CredentialFiles
    private let calls: CallEnvironment

    /// - Parameters:
    ///   - variables: `AWS_PROFILE`, `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`, `HOME`, and what a `credential_source` needs.
    ///   - region: Of STS, for profiles that name none.
    package init(
        environment variables: [String: String], region: AWSRegion, stsEndpoint: AWSEndpoint? = nil,
        transport: any ServiceTransport, files: CredentialFiles = .live, calls: CallEnvironment = .live
    ) {
        self.variables = variables
        self.region = region
        self.stsEndpoint = stsEndpoint
        self.transport = transport
        self.files = files
        self.calls = calls
    }

    package func fetch() async throws(CredentialError) -> TemporaryCredentials {
        let profiles = ProfileFile.merged(
            config: file("AWS_CONFIG_FILE", "config", .config),
            credentials: file("AWS_SHARED_CREDENTIALS_FILE", "credentials", .credentials)
        ).profiles
        let chosen = variable("AWS_PROFILE")
        guard let chosen else {
            guard let settings = profiles["default"], !settings.isEmpty else {
                throw error(.notConfigured, "AWS_PROFILE is not set, and there is no default profile")
            }
            return try await resolve("default", in: profiles, visited: [])
        }
        guard profiles[chosen] != nil else { throw error(.invalid, "AWS_PROFILE names \(chosen), which no file has") }
        return try await resolve(chosen, in: profiles, visited: [])
    }

    private func resolve(
        _ profile: String, in profiles: [String: [String: String]], visited: [String]
    ) async throws(CredentialError) -> TemporaryCredentials {
        guard let settings = profiles[profile] else {
            throw error(.invalid, "the source profile \(profile) is in no file")
        }
        // A profile may name itself as its source: then its own keys are meant.
        let isOwnSource = visited.last == profile
        guard isOwnSource || !visited.contains(profile), visited.count < 8 else {
            throw error(
                .invalid, "the source profiles lead in a circle: \((visited + [profile]).joined(separator: ", "))")
        }
        if let roleARN = settings["role_arn"], !isOwnSource {
            return try await assume(roleARN, profile, settings, in: profiles, visited: visited)
        }
        switch (settings["aws_access_key_id"], settings["aws_secret_access_key"]) {
        case (let accessKeyID?, let secret?):
            return TemporaryCredentials(
                Credentials(
                    accessKeyID: accessKeyID, secretAccessKey: secret, sessionToken: settings["aws_session_token"]),
                expiration: nil)
        case (nil, nil): break
        default: throw error(.invalid, "profile \(profile) has one of aws_access_key_id and aws_secret_access_key only")
        }
        if let command = settings["credential_process"] {
            return try CredentialDocument.read(await CredentialProcess.run(command), source: CredentialProcess.source)
        }
        if settings.keys.contains(where: { $0.hasPrefix("sso_") }) {
            throw error(
                .invalid,
                "profile \(profile) uses SSO, which is not supported: set credential_process = aws configure export-credentials --profile \(profile)"
            )
        }
        // A profile without credentials, for a region perhaps, leaves the way to the next source, unless it was asked for.
        let isAskedFor = variable("AWS_PROFILE") != nil || !visited.isEmpty
        throw error(isAskedFor ? .invalid : .notConfigured, "profile \(profile) has no credentials")
    }

    private func assume(
        _ roleARN: String, _ profile: String, _ settings: [String: String], in profiles: [String: [String: String]],
        visited: [String]
    ) async throws(CredentialError) -> TemporaryCredentials {
        let region = try region(of: settings)
        let endpoint = stsEndpoint ?? region.endpoint(of: "sts")
        if let tokenFile = settings["web_identity_token_file"] {
            return try await WebIdentityCredentialSource(
                tokenFile: tokenFile, roleARN: roleARN, sessionName: settings["role_session_name"], endpoint: endpoint,
                transport: transport, files: files, calls: calls
            ).fetch()
        }
        let base: TemporaryCredentials
        switch (settings["source_profile"], settings["credential_source"]) {
        case (let source?, nil):
            base = try await resolve(source, in: profiles, visited: visited + [profile])
        case (nil, let source?):
            base = try await credentials(from: source)
        default:
            throw error(
                .invalid,
                "profile \(profile) has a role_arn, and needs exactly one of source_profile and credential_source")
        }
        let sts = STSRequest(
            endpoint: endpoint, http: CredentialHTTP(transport: transport, environment: calls, source: name))
        return try await sts.assumeRole(
            roleARN: roleARN, sessionName: settings["role_session_name"] ?? "user-sync",
            externalID: settings["external_id"], region: region.name, credentials: base.credentials)
    }

    private func credentials(from source: String) async throws(CredentialError) -> TemporaryCredentials {
        switch source {
        case "Environment":
            let provider = EnvironmentCredentialProvider(environment: variables)
            return TemporaryCredentials(try await provider.credentials(), expiration: nil)
        case "EcsContainer":
            return try await ContainerCredentialSource(
                environment: variables, transport: transport, files: files, calls: calls
            ).fetch()
        case "Ec2InstanceMetadata":
            return try await InstanceMetadataCredentialSource(
                environment: variables, transport: transport, calls: calls
            ).fetch()
        default:
            throw error(.invalid, "the credential_source is none of Environment, EcsContainer, Ec2InstanceMetadata")
        }
    }

    private func region(of settings: [String: String]) throws(CredentialError) -> AWSRegion {
        guard let text = settings["region"] else { return region }
        do {
            return try AWSRegion(text)
        } catch let problem {
            throw error(.invalid, "\(problem)")
        }
    }

    private func file(_ variable: String, _ name: String, _ kind: ProfileFile.Kind) -> ProfileFile {
        let path = self.variable(variable) ?? self.variable("HOME").map { "\($0)/.aws/\(name)" }
        guard let path, let bytes = files.read(path) else { return ProfileFile() }
        return ProfileFile(String(decoding: bytes, as: UTF8.self), kind: kind)
    }

    private func variable(_ name: String) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private func error(_ code: CredentialError.Code, _ message: String) -> CredentialError {
        CredentialError(code, source: name, message: message)
    }
}
