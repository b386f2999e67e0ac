package import AWSClientSupport
package import CurlHTTP

extension Settings {
    /// What the environment and the shared files of AWS say.
    /// - Throws: ``ConfigurationError`` when a file cannot be understood.
    package func aws(files: CredentialFiles = .live) throws(ConfigurationError) -> AWSSettings {
        do {
            return try AWSSettings(environment: environment, files: files)
        } catch {
            throw ConfigurationError(error)
        }
    }

    /// The region, from the environment or the profile.
    /// - Parameter purpose: what it is for, to complete "is not set: …" in the error.
    func region(
        _ aws: AWSSettings, purpose: String
    ) throws(ConfigurationError) -> AWSSettings.Sourced<AWSRegion> {
        let found: AWSSettings.Sourced<AWSRegion>?
        do {
            found = try aws.region()
        } catch {
            throw ConfigurationError(error)
        }
        guard let found else {
            throw ConfigurationError(
                variable: "AWS_REGION", problem: "is not set, nor has \(aws.profileDescription) a region: \(purpose)")
        }
        return found
    }

    /// How calls over HTTP are made: through the proxy of the environment, and trusting AWS as `AWS_CA_BUNDLE` says, else `SSL_CERT_FILE`.
    ///
    /// Requests to others name their own authorities.
    /// - Throws: ``ConfigurationError`` for a proxy that is none, or a file that cannot be read.
    package func http(
        _ aws: AWSSettings, maximumConnectionsPerHost: Int = 32
    ) throws(ConfigurationError) -> HTTPClientConfiguration {
        let (ofAWS, ofAll) = (try awsAuthorities(aws), try path("SSL_CERT_FILE"))
        return HTTPClientConfiguration(
            maximumConnectionsPerHost: maximumConnectionsPerHost,
            certificateAuthorityFile: ofAWS ?? ofAll, proxy: try proxy(),
            allowsPlaintextToRemote: try allowsPlaintextHTTP(), userAgent: "user-sync")
    }

    private func awsAuthorities(_ aws: AWSSettings) throws(ConfigurationError) -> String? {
        let found: AWSSettings.Sourced<String>?
        do {
            found = try aws.certificateAuthorityFile()
        } catch {
            throw ConfigurationError(error)
        }
        guard let path = found?.value else { return nil }
        try Self.checkReadable(path, from: "AWS_CA_BUNDLE")
        return path
    }

    /// The proxy for https that the environment names as curl reads it.
    package func proxy() throws(ConfigurationError) -> HTTPProxy? {
        do {
            return try HTTPProxy.fromEnvironment(environment)
        } catch {
            throw ConfigurationError(variable: error.variable, problem: "names no usable proxy: \(error.problem)")
        }
    }
}

extension ConfigurationError {
    package init(_ error: AWSSettingsError) {
        self.init(variable: error.setting, problem: error.problem)
    }
}
