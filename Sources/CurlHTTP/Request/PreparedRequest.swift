/// A request that was checked and turned into what libcurl is told, before any packet is sent.
struct PreparedRequest: Sendable {
    let method: String
    let url: String
    let origin: String
    let authority: String
    /// libcurl's header list: `Name: value`, `Name;` for an empty value, `Name:` to suppress one that libcurl would add.
    let headerLines: [String]
    let body: [UInt8]
    /// Whether the request has a body by its nature, so that an empty one is announced with `Content-Length: 0`.
    let announcesBody: Bool
    let timeouts: HTTPTimeouts
    let decodesContent: Bool
    /// `nil`: the system's authorities.
    let certificateAuthorityFile: String?
    /// `nil`: directly.
    let proxy: HTTPProxy?

    /// - Throws: ``HTTPClientError`` with code `invalidURL`, `invalidRequest` or `plaintextRefused`.
    init(_ request: HTTPRequest, configuration: HTTPClientConfiguration) throws(HTTPClientError) {
        guard HTTPSyntax.isToken(request.method) else {
            throw HTTPClientError(
                code: .invalidRequest, method: "-", host: "-", detail: "the method is not an HTTP token")
        }
        let target = try RequestTarget(parsing: request.url, method: request.method)
        let method = request.method
        func refusal(_ code: HTTPClientError.Code, _ detail: String) -> HTTPClientError {
            HTTPClientError(code: code, method: method, host: target.authority, detail: detail)
        }
        if target.isPlaintext, !target.isLoopback, !request.allowsPlaintextToRemote,
            !configuration.allowsPlaintextToRemote
        {
            throw refusal(.plaintextRefused, "plain http would send the request readable by anyone on the way")
        }

        var lines: [String] = []
        lines.reserveCapacity(request.headers.count + 4)
        for (name, value) in request.headers {
            guard HTTPSyntax.isToken(name) else { throw refusal(.invalidRequest, "a header name is not an HTTP token") }
            guard HTTPSyntax.isFieldValue(value) else {
                throw refusal(
                    .invalidRequest, "the value of header \(name) holds a line break or another control character")
            }
            // The framing of the message is the client's: two opinions on it are how requests are smuggled.
            if name.equalsIgnoringCase("Content-Length") {
                guard Int(value) == request.body.count else {
                    throw refusal(.invalidRequest, "Content-Length differs from the body's \(request.body.count) bytes")
                }
                continue
            }
            for reserved in ["Transfer-Encoding", "Connection", "Trailer", "Upgrade", "TE", "Expect"]
            where name.equalsIgnoringCase(reserved) {
                throw refusal(.invalidRequest, "header \(name) belongs to the client")
            }
            lines.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        func isGiven(_ name: String) -> Bool { request.headers[name] != nil }
        if request.acceptsCompressed, !isGiven("Accept-Encoding") { lines.append("Accept-Encoding: gzip, deflate") }
        if let userAgent = configuration.userAgent, !isGiven("User-Agent") {
            guard HTTPSyntax.isFieldValue(userAgent) else {
                throw refusal(.invalidRequest, "the configured user agent is malformed")
            }
            lines.append("User-Agent: \(userAgent)")
        }
        for suppressed in ["Accept", "Content-Type", "Expect"] where !isGiven(suppressed) {
            lines.append("\(suppressed):")
        }

        self.method = method
        url = request.url
        origin = target.origin
        authority = target.authority
        headerLines = lines
        body = request.body
        announcesBody = !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(method)
        timeouts = request.timeouts
        decodesContent = request.acceptsCompressed
        certificateAuthorityFile =
            switch request.authorities {
            case .configured: configuration.certificateAuthorityFile
            case .system: nil
            case .file(let path): path
            }
        proxy = target.mayUseProxy ? configuration.proxy : nil
    }

    func failure(_ code: HTTPClientError.Code, _ detail: String) -> HTTPClientError {
        HTTPClientError(code: code, method: method, host: authority, detail: detail)
    }
}
