package import CurlHTTP

/// One call of a service that speaks AWS JSON.
package struct AWSCall: Sendable {
    /// The value of `X-Amz-Target`, such as `AmazonSQS.ReceiveMessage`.
    package var target: String
    package var endpoint: AWSEndpoint
    /// The JSON document.
    package var body: [UInt8]
    /// Of each try.
    package var timeouts: HTTPTimeouts
    /// Longest answer, in bytes.
    package var maximumResponseBytes: Int
    /// Whether a try without an answer is made again here. A long poll says no: a dropped one is normal, costs the other
    /// calls no retry tokens, and the caller's loop polls again anyway.
    package var retriesTransportFailures: Bool

    package init(
        target: String, endpoint: AWSEndpoint, body: [UInt8], timeouts: HTTPTimeouts,
        maximumResponseBytes: Int = 1 << 20, retriesTransportFailures: Bool = true
    ) {
        self.target = target
        self.endpoint = endpoint
        self.body = body
        self.timeouts = timeouts
        self.maximumResponseBytes = maximumResponseBytes
        self.retriesTransportFailures = retriesTransportFailures
    }
}
