internal import CCurl

/// Where a URL leads, read by libcurl's own parser, so that what is checked here is what will be connected to.
struct RequestTarget: Equatable {
    let scheme: String
    /// Lower case; an IPv6 address stands in brackets; an IPv4 address in any notation has become its dotted form.
    let host: String
    let port: String

    /// The name of the pool of connections that serve this target.
    var origin: String { "\(scheme)://\(host):\(port)" }

    /// For messages.
    var authority: String { "\(host):\(port)" }

    var isPlaintext: Bool { scheme == "http" }

    /// Whether the host is this machine by its name or address alone: `localhost` (which libcurl never looks up), 127.0.0.0/8, ::1.
    var isLoopback: Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// - Throws: ``HTTPClientError/Code/invalidURL``. The URL itself is in no message: it may hold a secret.
    init(parsing url: String, method: String) throws(HTTPClientError) {
        func invalid(_ detail: String) -> HTTPClientError {
            HTTPClientError(code: .invalidURL, method: method, host: "-", detail: detail)
        }
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw invalid("a URL may hold visible ASCII characters only; percent-encode the others")
        }
        guard let handle = curl_url() else {
            throw HTTPClientError(code: .internalFailure, method: method, host: "-", detail: "no memory to parse a URL")
        }
        defer { curl_url_cleanup(handle) }

        let flags = UInt32(CURLU_PATH_AS_IS | CURLU_DISALLOW_USER)
        let result = url.withCString { curl_url_set(handle, CURLUPART_URL, $0, flags) }
        guard result == CURLUE_OK else {
            if result == CURLUE_USER_NOT_ALLOWED {
                throw invalid("a URL must not carry a user or password; send an Authorization header")
            }
            throw invalid(String(cString: curl_url_strerror(result)))
        }
        func part(_ which: CURLUPart, flags: UInt32 = 0) -> String? {
            var text: UnsafeMutablePointer<CChar>?
            guard curl_url_get(handle, which, &text, flags) == CURLUE_OK, let text else { return nil }
            defer { curl_free(text) }
            return String(cString: text)
        }
        guard let scheme = part(CURLUPART_SCHEME)?.lowercased(), scheme == "http" || scheme == "https" else {
            throw invalid("the scheme must be http or https")
        }
        guard let host = part(CURLUPART_HOST)?.lowercased(), !host.isEmpty,
            let port = part(CURLUPART_PORT, flags: UInt32(CURLU_DEFAULT_PORT))
        else { throw invalid("the URL names no host") }
        self.scheme = scheme
        self.host = host
        self.port = port
    }
}
