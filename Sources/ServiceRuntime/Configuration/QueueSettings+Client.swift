import AWSClientSupport
package import CurlHTTP
package import Logging
package import SQS

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension QueueSettings {
    /// A client for the queue over a shared HTTP client, with credentials found in the order of the AWS SDKs.
    /// - Parameter limits: the largest message and call, in bytes.
    /// - Throws: ``ConfigurationError`` when the region or the endpoint is unusable.
    package func client(
        http: HTTPClient, limits: SQSLimits = SQSLimits(), logger: Logger
    ) throws(ConfigurationError) -> SQSClient {
        do {
            let credentials = CredentialChain.standard(
                environment: ProcessInfo.processInfo.environment, region: try AWSRegion(region), transport: http,
                logger: logger)
            return try SQSClient(
                http: http, credentials: credentials, region: region, endpoint: endpoint, limits: limits, logger: logger
            )
        } catch {
            throw ConfigurationError(variable: "AWS_REGION", problem: "cannot be used: \(error)")
        }
    }
}
