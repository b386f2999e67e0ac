package import Logging

extension CredentialChain {
    /// The sources of the AWS CLI, in its order: environment, the role that the profile assumes with other credentials, web identity, what
    /// else the profile has, container, instance.
    ///
    /// So a role that somebody has chosen by `AWS_PROFILE` goes before the web identity that a cluster gives every pod.
    /// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
    /// - Parameters:
    ///   - region: Of STS, where no profile names another.
    ///   - transport: For the sources that are asked over HTTP.
    /// - Throws: ``AWSSettingsError`` when the endpoint of STS cannot be used.
    package static func standard(
        _ settings: AWSSettings, region: AWSRegion, transport: any ServiceTransport, calls: CallEnvironment = .live,
        logger: Logger
    ) throws(AWSSettingsError) -> CredentialChain {
        func kept(_ source: any ExpiringCredentialSource) -> ExpiringCredentials {
            ExpiringCredentials(source, environment: calls, logger: logger)
        }
        let variables = settings.environment
        let profile = kept(
            ProfileCredentialSource(settings: settings, region: region, transport: transport, calls: calls))
        var sources: [any CredentialProvider] = [EnvironmentCredentialProvider(environment: variables)]
        if settings.profileAssumesRole { sources.append(profile) }
        // Its endpoint is read when it is in use: a profile that is broken does not get into the way of an environment that is not.
        if variables["AWS_WEB_IDENTITY_TOKEN_FILE"] != nil {
            let endpoint = try settings.endpoint(of: .sts)?.value
            sources.append(
                kept(
                    WebIdentityCredentialSource(
                        environment: variables, region: region, stsEndpoint: endpoint, transport: transport,
                        files: settings.files, calls: calls)))
        }
        sources += [
            profile,
            kept(
                ContainerCredentialSource(
                    environment: variables, transport: transport, files: settings.files, calls: calls)),
            kept(InstanceMetadataCredentialSource(environment: variables, transport: transport, calls: calls)),
        ]
        return CredentialChain(sources)
    }
}
