package import Logging

extension CredentialChain {
    /// The sources of the AWS SDKs, in their order: environment, web identity, shared files, container, instance.
    ///
    /// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
    /// - Parameters:
    ///   - variables: The process's environment.
    ///   - stsEndpoint: `nil`: the region's endpoint of AWS.
    ///   - transport: For the sources that are asked over HTTP.
    package static func standard(
        environment variables: [String: String], region: AWSRegion, stsEndpoint: AWSEndpoint? = nil,
        transport: any ServiceTransport, files: CredentialFiles = .live, calls: CallEnvironment = .live, logger: Logger
    ) -> CredentialChain {
        func kept(_ source: any ExpiringCredentialSource) -> ExpiringCredentials {
            ExpiringCredentials(source, environment: calls, logger: logger)
        }
        return CredentialChain([
            EnvironmentCredentialProvider(environment: variables),
            kept(
                WebIdentityCredentialSource(
                    environment: variables, region: region, stsEndpoint: stsEndpoint, transport: transport,
                    files: files,
                    calls: calls)),
            kept(
                ProfileCredentialSource(
                    environment: variables, region: region, stsEndpoint: stsEndpoint, transport: transport,
                    files: files,
                    calls: calls)),
            kept(
                ContainerCredentialSource(environment: variables, transport: transport, files: files, calls: calls)),
            kept(InstanceMetadataCredentialSource(environment: variables, transport: transport, calls: calls)),
        ])
    }
}
