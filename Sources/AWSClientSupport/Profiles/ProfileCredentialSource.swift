import SigV4

/// Credentials of a profile of the shared config and credentials files: keys, a process, SSO, or a role assumed with one of these.
///
/// The files are read at every fetch, so keys that were rotated in them are found when the old ones are refused. A profile that says
/// several things is read in the order of the AWS CLI: role, web identity, SSO, keys of the credentials file, process, keys of the
/// config file.
/// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
package struct ProfileCredentialSource: ExpiringCredentialSource {
    package let name = "profile"
    let settings: AWSSettings
    let region: AWSRegion
    let transport: any ServiceTransport
    let calls: CallEnvironment

    /// - Parameter region: Of STS, for profiles that name none.
    package init(
        settings: AWSSettings, region: AWSRegion, transport: any ServiceTransport, calls: CallEnvironment = .live
    ) {
        self.settings = settings
        self.region = region
        self.transport = transport
        self.calls = calls
    }

    package func fetch() async throws(CredentialError) -> TemporaryCredentials {
        let current: AWSSettings
        let isEmpty: Bool
        do throws(AWSSettingsError) {
            current = try settings.rereadingFiles()
            isEmpty = try current.profile().isEmpty
        } catch let problem {
            throw error(.invalid, problem.description)
        }
        guard !isEmpty || current.namedProfile != nil else { throw error(.notConfigured, absence(current)) }
        let reading = ProfileReading(
            settings: current, region: region, transport: transport, calls: calls, source: name)
        return try await reading.resolve(current.profileName, visited: [])
    }

    private func absence(_ settings: AWSSettings) -> String {
        let missing = settings.missingFiles
        return "AWS_PROFILE is not set, and there is no default profile"
            + (missing.isEmpty ? "" : "; cannot read \(missing.joined(separator: " and "))")
    }

    private func error(_ code: CredentialError.Code, _ message: String) -> CredentialError {
        CredentialError(code, source: name, message: message)
    }
}
