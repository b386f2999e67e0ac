/// Decides where a service's requests go.
///
/// The rule of the AWS SDKs, with one addition for queues: a configured endpoint wins; else a resource's own URL
/// names its origin; else the service's regional endpoint. The region always comes from configuration and is never
/// read out of a host name, since emulators choose theirs freely.
package struct EndpointResolver: Sendable {
    package let configured: AWSEndpoint?
    package let regional: AWSEndpoint

    package init(service: String, region: AWSRegion, configured: AWSEndpoint?) {
        self.configured = configured
        self.regional = region.endpoint(of: service)
    }

    /// - Parameter resourceURL: The URL that names a resource, such as a queue's, or `nil` for a call about none.
    package func endpoint(resourceURL: String?) throws(AWSEndpointError) -> AWSEndpoint {
        if let configured { return configured }
        guard let resourceURL else { return regional }
        return try AWSEndpoint(originOf: resourceURL)
    }
}
