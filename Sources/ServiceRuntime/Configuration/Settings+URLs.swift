import CurlHTTP

extension Settings {
    /// Whether `http://` to other machines is allowed (`ALLOW_PLAINTEXT_HTTP`): anyone on the way can then read and change everything.
    package func allowsPlaintextHTTP() throws(ConfigurationError) -> Bool {
        try flag("ALLOW_PLAINTEXT_HTTP", default: false)
    }

    /// Refuses a URL that no request can be made to, and plain HTTP to another machine unless that was allowed in so many words.
    ///
    /// - Parameter variable: where the URL was read, for the error, which names no part of it but the problem.
    package func check(url: String, from variable: String) throws(ConfigurationError) {
        let isExposed: Bool
        do {
            isExposed = try HTTPClient.crossesNetworkInPlaintext(url)
        } catch {
            throw ConfigurationError(variable: variable, problem: "must be an http(s) URL: \(error.detail)")
        }
        let isAllowed = try allowsPlaintextHTTP()
        guard !isExposed || isAllowed else {
            throw ConfigurationError(
                variable: variable,
                problem: "is plain http to another host: anyone on the way could read and change what is sent. "
                    + "Use https://, or accept the risk with ALLOW_PLAINTEXT_HTTP=true")
        }
    }
}
