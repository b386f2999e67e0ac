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

    /// Whether the host is this machine by its name or address alone: `localhost` and what is below it (which libcurl never looks up),
    /// 127.0.0.0/8, ::1.
    var isLoopback: Bool {
        if host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Whether the host is an address that no packet leaves the local network for: 169.254.0.0/16, fe80::/10, and fd00:ec2::/32, where AWS
    /// has the services of an instance.
    var isLinkLocal: Bool {
        if host.hasPrefix("[") {
            let groups = host.dropFirst().prefix { $0 != "]" && $0 != "%" }.split(
                separator: ":", omittingEmptySubsequences: false)
            guard let first = groups.first.flatMap({ UInt16($0, radix: 16) }) else { return false }
            return first & 0xFFC0 == 0xFE80 || first == 0xFD00 && groups.dropFirst().first == "ec2"
        }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "169" && parts[1] == "254" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Whether a proxy may carry requests to this host.
    var mayUseProxy: Bool { !isPlaintext && !isLoopback && !isLinkLocal }

    /// Host and port of a proxy's URL; its user and password are left out.
    static func proxyAuthority(_ url: String) throws(HTTPClientError) -> String {
        func invalid(_ detail: String) -> HTTPClientError {
            HTTPClientError(code: .invalidURL, method: "CONNECT", host: "-", detail: detail)
        }
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw invalid("a proxy's URL may hold visible ASCII characters only; percent-encode the others")
        }
        guard let handle = curl_url() else { throw invalid("no memory to parse a URL") }
        defer { curl_url_cleanup(handle) }
        // As curl takes a proxy: without a scheme it is an http proxy.
        let isSchemeless = !url.contains("://")
        let flags = UInt32(CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME)
        let result = (isSchemeless ? "http://\(url)" : url).withCString {
            curl_url_set(handle, CURLUPART_URL, $0, flags)
        }
        guard result == CURLUE_OK else { throw invalid(String(cString: curl_url_strerror(result))) }
        func part(_ which: CURLUPart) -> String? {
            var text: UnsafeMutablePointer<CChar>?
            guard curl_url_get(handle, which, &text, 0) == CURLUE_OK, let text else { return nil }
            defer { curl_free(text) }
            return String(cString: text)
        }
        let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]
        guard let scheme = part(CURLUPART_SCHEME)?.lowercased(), schemes.contains(scheme) else {
            throw invalid("a proxy's URL begins with \(schemes.joined(separator: ":// or ")):// or with its host")
        }
        guard let host = part(CURLUPART_HOST), !host.isEmpty else { throw invalid("the URL names no host") }
        // libcurl's own default: https://curl.se/libcurl/c/CURLOPT_PROXY.html
        return "\(host):\(part(CURLUPART_PORT) ?? (scheme == "https" ? "443" : "1080"))"
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
