/// One request, sent exactly as described.
///
/// The client adds `Host` and, with a body or for POST, PUT and PATCH, `Content-Length`. `Accept-Encoding` and `User-Agent` are added
/// only when asked for. So a signature over `Host` and the headers given here covers all that matters.
package struct HTTPRequest: Sendable {
    package var method: String
    /// An absolute http(s) URL in visible ASCII, sent as it stands: dot segments are not resolved, nothing is encoded. A fragment is
    /// not sent.
    package var url: String
    package var headers: HTTPHeaders
    package var body: [UInt8]
    package var timeouts: HTTPTimeouts
    /// Asks for gzip or deflate, and undoes what the body's first bytes show to be one of them. The response's headers stay as they were
    /// received.
    package var acceptsCompressed: Bool
    /// Lets this request go to another machine without encryption.
    package var allowsPlaintextToRemote: Bool
    /// Whom to trust with this request.
    package var authorities: CertificateAuthorities

    package init(
        method: String = "GET", url: String, headers: HTTPHeaders = [:], body: [UInt8] = [],
        timeouts: HTTPTimeouts = .init(),
        acceptsCompressed: Bool = false, allowsPlaintextToRemote: Bool = false,
        authorities: CertificateAuthorities = .configured
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.acceptsCompressed = acceptsCompressed
        self.allowsPlaintextToRemote = allowsPlaintextToRemote
        self.authorities = authorities
    }
}
