/// What all requests of a client have in common.
package struct HTTPClientConfiguration: Sendable {
    /// Requests to one scheme, host and port that run at once; the others wait in order. At least 1.
    package var maximumConnectionsPerHost: Int
    /// Requests under way in all, waiting ones included; one more fails with ``HTTPClientError/Code/tooManyRequests``.
    package var maximumRequests: Int
    /// Bytes (before decoding) that one response may hold ahead of its reader before its transfer is paused.
    package var streamBufferBytes: Int
    /// A PEM file whose certificates are trusted instead of the system's, where a request does not say otherwise.
    package var certificateAuthorityFile: String?
    /// Carries https requests to other machines; `nil`: they go directly. The environment is not looked into here.
    package var proxy: HTTPProxy?
    /// Lets every request go to other machines without encryption.
    package var allowsPlaintextToRemote: Bool
    /// Sent as `User-Agent`; `nil`: the header is not sent.
    package var userAgent: String?

    package init(
        maximumConnectionsPerHost: Int = 32, maximumRequests: Int = 4096, streamBufferBytes: Int = 1 << 20,
        certificateAuthorityFile: String? = nil, proxy: HTTPProxy? = nil, allowsPlaintextToRemote: Bool = false,
        userAgent: String? = nil
    ) {
        self.maximumConnectionsPerHost = max(1, maximumConnectionsPerHost)
        self.maximumRequests = max(1, maximumRequests)
        self.streamBufferBytes = max(1, streamBufferBytes)
        self.certificateAuthorityFile = certificateAuthorityFile
        self.proxy = proxy
        self.allowsPlaintextToRemote = allowsPlaintextToRemote
        self.userAgent = userAgent
    }
}
