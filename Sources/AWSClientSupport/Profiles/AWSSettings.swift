/// What the environment and the shared files say of calls to AWS, in the order of the AWS CLI: the environment first, then the profile.
package struct AWSSettings: Sendable {
    /// A value, and where it was found, for people.
    package struct Sourced<Value: Sendable>: Sendable {
        package var value: Value
        package var origin: String
    }

    package let environment: [String: String]
    let files: CredentialFiles
    let shared: SharedConfigFiles

    /// Reads the shared files.
    ///
    /// - Parameter environment: The process's variables, or those that stand in for them. An empty one counts as not set.
    /// - Throws: ``AWSSettingsError`` when a file cannot be understood.
    package init(environment: [String: String], files: CredentialFiles = .live) throws(AWSSettingsError) {
        self.environment = environment.filter { !$0.value.isEmpty }
        self.files = files
        shared = try SharedConfigFiles(environment: self.environment, files: files)
    }

    /// The same, with the files as they are now: keys in them may have been replaced.
    func rereadingFiles() throws(AWSSettingsError) -> AWSSettings {
        try AWSSettings(environment: environment, files: files)
    }

    /// The profile that was asked for by name, and the variable that did.
    var namedProfile: Sourced<String>? {
        for variable in ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"] {
            if let name = environment[variable] { return Sourced(value: name, origin: variable) }
        }
        return nil
    }

    package var profileName: String { namedProfile?.value ?? "default" }

    /// The settings of the profile in use; empty when there is no default profile.
    ///
    /// - Throws: ``AWSSettingsError`` when the profile was asked for and is in no file.
    func profile() throws(AWSSettingsError) -> SharedConfigFiles.Settings {
        if let profile = shared.profiles[profileName] { return profile }
        guard let namedProfile else { return [:] }
        let places = [shared.paths.config, shared.paths.credentials].compactMap { $0 }
        throw AWSSettingsError(
            setting: namedProfile.origin,
            problem: "names a profile that is in no file; looked in \(places.joined(separator: " and "))")
    }

    /// Whether the profile in use names a role that is assumed with other credentials, not with a token of its own.
    var profileAssumesRole: Bool {
        guard let profile = try? profile() else { return false }
        return profile.keys.contains("role_arn") && !profile.keys.contains("web_identity_token_file")
    }

    // MARK: Values

    /// The region to sign for; `nil` when neither the environment nor the profile names one.
    package func region() throws(AWSSettingsError) -> Sourced<AWSRegion>? {
        var found: (text: String, setting: String, origin: String)?
        for variable in ["AWS_REGION", "AWS_DEFAULT_REGION"] where found == nil {
            if let text = environment[variable] { found = (text, variable, variable) }
        }
        if found == nil, let text = try profile().text("region") {
            found = (text, "AWS_REGION", "region of \(profileDescription)")
        }
        guard let found else { return nil }
        do {
            return Sourced(value: try AWSRegion(found.text), origin: found.origin)
        } catch {
            throw AWSSettingsError(setting: found.setting, problem: "cannot be used: \(error)\(Self.place(found))")
        }
    }

    /// Where the calls of a service go when that is configured; `nil`: to the service's own address.
    package func endpoint(of service: AWSService) throws(AWSSettingsError) -> Sourced<AWSEndpoint>? {
        guard let found = try configuredEndpoint(of: service) else { return nil }
        do {
            return Sourced(value: try AWSEndpoint(parsing: found.text), origin: found.origin)
        } catch {
            throw AWSSettingsError(
                setting: found.setting, problem: "must be an http(s) URL: \(error)\(Self.place(found))")
        }
    }

    /// Whether `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` takes every configured endpoint out of use.
    package func ignoresConfiguredEndpoints() throws(AWSSettingsError) -> Bool {
        if let text = environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] { return text.lowercased() == "true" }
        return try profile().text("ignore_configured_endpoint_urls")?.lowercased() == "true"
    }

    func configuredEndpoint(
        of service: AWSService
    ) throws(AWSSettingsError) -> (text: String, setting: String, origin: String)? {
        guard try !ignoresConfiguredEndpoints() else { return nil }
        for variable in ["AWS_ENDPOINT_URL_\(service.rawValue.uppercased())", "AWS_ENDPOINT_URL"] {
            if let text = environment[variable] { return (text, variable, variable) }
        }
        let profile = try profile()
        if let name = profile.text("services") {
            guard let services = shared.services[name], !services.isEmpty else {
                throw AWSSettingsError(
                    setting: "AWS_CONFIG_FILE",
                    problem: "has no section [services \(name)], which \(profileDescription) names")
            }
            if let text = services.nested(service.rawValue)?["endpoint_url"], !text.isEmpty {
                return (
                    text, "AWS_ENDPOINT_URL_\(service.rawValue.uppercased())",
                    "\(service.rawValue) of [services \(name)]"
                )
            }
        }
        return profile.text("endpoint_url").map { ($0, "AWS_ENDPOINT_URL", "endpoint_url of \(profileDescription)") }
    }

    /// The PEM file of authorities to trust instead of the system's; `nil`: the system's.
    package func certificateAuthorityFile() throws(AWSSettingsError) -> Sourced<String>? {
        if let path = environment["AWS_CA_BUNDLE"] {
            return Sourced(value: FilePath.expanded(path, environment: environment), origin: "AWS_CA_BUNDLE")
        }
        return try profile().text("ca_bundle").map {
            Sourced(
                value: FilePath.expanded($0, environment: environment), origin: "ca_bundle of \(profileDescription)")
        }
    }

    /// For messages: which profile, and where it can be found.
    package var profileDescription: String { description(of: profileName) }

    func description(of profile: String) -> String {
        let isOnlyInCredentials = shared.credentialProfiles[profile] != nil && !shared.configProfiles.contains(profile)
        let path = (isOnlyInCredentials ? shared.paths.credentials : shared.paths.config).map { " (\($0))" } ?? ""
        return "profile \(profile)\(path)"
    }

    /// Settings of the profile that change what the CLI does, and are not supported here.
    package var unsupportedOfProfile: [(setting: String, value: String)] {
        let profile = (try? profile()) ?? [:]
        return ["use_fips_endpoint", "use_dualstack_endpoint"].compactMap { setting in
            profile.text(setting).flatMap { $0.lowercased() == "true" ? (setting, $0) : nil }
        }
    }

    /// Files that a variable names and that cannot be read.
    package var missingFiles: [String] { shared.paths.missing }

    private static func place(_ found: (text: String, setting: String, origin: String)) -> String {
        found.origin == found.setting ? "" : " (\(found.origin))"
    }
}

/// A service of AWS that is called here. The raw value names it in settings and in host names.
package enum AWSService: String, Sendable, CaseIterable {
    case sqs, sts, sso
}

/// A setting of AWS that cannot be used. Holds no secret.
package struct AWSSettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The environment variable that sets the value, or names the file that does.
    package var setting: String
    /// What is wrong, as the rest of a sentence that begins with the variable's name.
    package var problem: String

    package init(setting: String, problem: String) {
        self.setting = setting
        self.problem = problem
    }

    package var description: String { "\(setting) \(problem)" }
}
