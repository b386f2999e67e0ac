import SigV4

/// One reading of the shared files: finds the credentials that a profile stands for, through the profiles that it names.
struct ProfileReading {
    let settings: AWSSettings
    let region: AWSRegion
    let transport: any ServiceTransport
    let calls: CallEnvironment
    /// The name that errors carry.
    let source: String

    private static let mostProfiles = 8

    func resolve(_ name: String, visited: [String]) async throws(CredentialError) -> TemporaryCredentials {
        guard let profile = settings.shared.profiles[name] else {
            throw error(.invalid, "the source profile \(name) is in no file")
        }
        // A profile may name itself as its source: then its own keys are meant.
        let isOwnSource = visited.last == name
        guard isOwnSource || !visited.contains(name), visited.count < Self.mostProfiles else {
            throw error(.invalid, "the source profiles lead in a circle: \((visited + [name]).joined(separator: ", "))")
        }
        let isSource = !visited.isEmpty
        if let roleARN = profile.text("role_arn") {
            if let tokenFile = profile.text("web_identity_token_file") {
                return try await webIdentity(roleARN, tokenFile, name, profile)
            }
            // As a source, a profile with keys of its own is those keys.
            if !isOwnSource, !isSource || profile.text("aws_access_key_id") == nil {
                return try await assume(roleARN, name, profile, visited: visited)
            }
        }
        if profile.keys.contains("sso_account_id") || profile.keys.contains("sso_role_name") {
            return try await sso(name, profile)
        }
        if let own = settings.shared.credentialProfiles[name],
            let keys = try keys(own, of: name, in: settings.shared.paths.credentials)
        {
            return keys
        }
        if let command = profile.text("credential_process") {
            var fetched = try CredentialDocument.read(
                await CredentialProcess.run(command), source: CredentialProcess.source)
            fetched.origin = "credential_process of \(settings.description(of: name))"
            return fetched
        }
        if let keys = try keys(profile, of: name, in: settings.shared.paths.config) { return keys }
        if profile.keys.contains("login_session") {
            throw error(
                .invalid,
                "profile \(name) uses 'aws login', which is not supported: set credential_process = aws configure export-credentials --profile \(name)"
            )
        }
        // A profile without credentials, for a region perhaps, leaves the way to the next source, unless it was asked for.
        let isAskedFor = settings.namedProfile != nil || isSource
        throw error(isAskedFor ? .invalid : .notConfigured, "profile \(name) has no credentials")
    }

    private func keys(
        _ profile: SharedConfigFiles.Settings, of name: String, in path: String?
    ) throws(CredentialError) -> TemporaryCredentials? {
        switch (profile.text("aws_access_key_id"), profile.text("aws_secret_access_key")) {
        case (nil, nil): return nil
        case (let accessKeyID?, let secret?):
            return TemporaryCredentials(
                Credentials(
                    accessKeyID: accessKeyID, secretAccessKey: secret,
                    sessionToken: profile.text("aws_security_token") ?? profile.text("aws_session_token")),
                expiration: nil, origin: "keys of profile \(name) in \(path ?? "a file")")
        default: throw error(.invalid, "profile \(name) has one of aws_access_key_id and aws_secret_access_key only")
        }
    }

    // MARK: Roles

    private func webIdentity(
        _ roleARN: String, _ tokenFile: String, _ name: String, _ profile: SharedConfigFiles.Settings
    ) async throws(CredentialError) -> TemporaryCredentials {
        try await WebIdentityCredentialSource(
            tokenFile: FilePath.expanded(tokenFile, environment: settings.environment), roleARN: roleARN,
            sessionName: profile.text("role_session_name"), endpoint: stsEndpoint(region(of: profile)),
            origin: "role \(roleARN) by web identity, of \(settings.description(of: name))", transport: transport,
            files: settings.files, calls: calls
        ).fetch()
    }

    private func assume(
        _ roleARN: String, _ name: String, _ profile: SharedConfigFiles.Settings, visited: [String]
    ) async throws(CredentialError) -> TemporaryCredentials {
        guard profile.text("mfa_serial") == nil else {
            throw error(
                .invalid,
                "profile \(name) asks for a code (mfa_serial), which no service can type: use a role without it")
        }
        let region = try region(of: profile)
        let endpoint = try stsEndpoint(region)
        let base: TemporaryCredentials
        switch (profile.text("source_profile"), profile.text("credential_source")) {
        case (let source?, nil):
            base = try await resolve(source, visited: visited + [name])
        case (nil, let source?):
            base = try await credentials(from: source)
        default:
            throw error(
                .invalid,
                "profile \(name) has a role_arn, and needs exactly one of source_profile and credential_source")
        }
        let sts = STSRequest(
            endpoint: endpoint, http: CredentialHTTP(transport: transport, environment: calls, source: source))
        var assumed = try await sts.assumeRole(
            roleARN: roleARN, sessionName: profile.text("role_session_name") ?? "user-sync",
            externalID: profile.text("external_id"), durationSeconds: profile.text("duration_seconds"),
            region: region.name, credentials: base.credentials)
        assumed.origin = "role \(roleARN) of \(settings.description(of: name)), with \(base.origin ?? "its source")"
        return assumed
    }

    private func credentials(from named: String) async throws(CredentialError) -> TemporaryCredentials {
        switch named {
        case "Environment":
            let provider = EnvironmentCredentialProvider(environment: settings.environment)
            return TemporaryCredentials(
                try await provider.credentials(), expiration: nil, origin: EnvironmentCredentialProvider.origin)
        case "EcsContainer":
            return try await ContainerCredentialSource(
                environment: settings.environment, transport: transport, files: settings.files, calls: calls
            ).fetch()
        case "Ec2InstanceMetadata":
            return try await InstanceMetadataCredentialSource(
                environment: settings.environment, transport: transport, calls: calls
            ).fetch()
        default:
            throw error(.invalid, "the credential_source is none of Environment, EcsContainer, Ec2InstanceMetadata")
        }
    }

    private func region(of profile: SharedConfigFiles.Settings) throws(CredentialError) -> AWSRegion {
        guard let text = profile.text("region") else { return region }
        do {
            return try AWSRegion(text)
        } catch let problem {
            throw error(.invalid, "\(problem)")
        }
    }

    private func stsEndpoint(_ region: AWSRegion) throws(CredentialError) -> AWSEndpoint {
        do {
            return try settings.endpoint(of: .sts)?.value ?? region.endpoint(of: AWSService.sts.rawValue)
        } catch let problem {
            throw error(.invalid, problem.description)
        }
    }

    // MARK: SSO

    private func sso(
        _ name: String, _ profile: SharedConfigFiles.Settings
    ) async throws(CredentialError) -> TemporaryCredentials {
        var values = profile
        let sessionName = profile.text("sso_session")
        if let sessionName {
            guard let session = settings.shared.ssoSessions[sessionName] else {
                throw error(
                    .invalid, "profile \(name) names the SSO session \(sessionName), which is not in the config file")
            }
            values.merge(session) { $1 }
        }
        var found: [String: String] = [:]
        for setting in ["sso_account_id", "sso_role_name", "sso_start_url", "sso_region"] {
            guard let text = values.text(setting) else { throw error(.invalid, "profile \(name) lacks \(setting)") }
            found[setting] = text
        }
        return try await SSOCredentials(
            profile: name, accountID: found["sso_account_id"] ?? "", roleName: found["sso_role_name"] ?? "",
            cacheKey: sessionName ?? found["sso_start_url"] ?? "", region: found["sso_region"] ?? "",
            settings: settings,
            transport: transport, calls: calls
        ).fetch()
    }

    private func error(_ code: CredentialError.Code, _ message: String) -> CredentialError {
        CredentialError(code, source: source, message: message)
    }
}
