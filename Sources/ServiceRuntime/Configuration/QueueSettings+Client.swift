package import AWSClientSupport
package import CurlHTTP
package import Logging
package import SQS

extension QueueSettings {
    /// A client for the queue over a shared HTTP client, with credentials found in the order of the AWS SDKs.
    /// - Parameter limits: the largest message and call, in bytes.
    /// - Throws: ``ConfigurationError`` when the region or an endpoint is unusable.
    package func client(
        http: HTTPClient, limits: SQSLimits = SQSLimits(), logger: Logger
    ) throws(ConfigurationError) -> SQSClient {
        let credentials = try credentials(http: http, logger: logger)
        do {
            return try SQSClient(
                http: http, credentials: credentials, region: region, endpoint: endpoint, limits: limits, logger: logger
            )
        } catch {
            throw ConfigurationError(variable: "AWS_REGION", problem: "cannot be used: \(error)")
        }
    }

    /// The credentials that calls are signed with.
    /// - Throws: ``ConfigurationError`` when the region or the endpoint of STS is unusable.
    package func credentials(http: HTTPClient, logger: Logger) throws(ConfigurationError) -> CredentialChain {
        let signingRegion: AWSRegion
        do {
            signingRegion = try AWSRegion(region)
        } catch {
            throw ConfigurationError(variable: "AWS_REGION", problem: "cannot be used: \(error)")
        }
        do {
            return try CredentialChain.standard(aws, region: signingRegion, transport: http, logger: logger)
        } catch {
            throw ConfigurationError(error)
        }
    }
}
