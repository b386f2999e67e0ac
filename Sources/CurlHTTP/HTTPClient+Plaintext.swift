extension HTTPClient {
    /// Whether a request to this URL would cross a network unencrypted: `http://` to a host that is not this machine.
    ///
    /// Requests of that kind are refused unless a configuration allows them; this tells so when settings are read, before anything is
    /// sent.
    /// - Throws: ``HTTPClientError`` with code `invalidURL` for a URL that no request can be made to.
    package static func crossesNetworkInPlaintext(_ url: String) throws(HTTPClientError) -> Bool {
        let target = try RequestTarget(parsing: url, method: "GET")
        return target.isPlaintext && !target.isLoopback
    }

    /// Whether a proxy, where one is configured, carries requests to this URL; its exceptions aside.
    package static func mayUseProxy(_ url: String) -> Bool {
        (try? RequestTarget(parsing: url, method: "GET"))?.mayUseProxy == true
    }
}
