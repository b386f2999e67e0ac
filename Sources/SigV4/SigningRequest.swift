/// What is signed: the parts of an HTTP request that the server sees, as they are sent.
package struct SigningRequest: Sendable, Redacted {
    package var method: String
    /// The raw path of the request line. Empty means `/`, which is what an HTTP client then sends.
    package var path: String
    /// The raw query of the request line, without its `?`.
    package var query: String
    /// All headers that are sent, `Host` among them (with its port when the client sends one). Names may repeat.
    package var headers: [(name: String, value: String)]
    /// The hash of the whole body, also of an empty one.
    package var payloadHash: SHA256Digest

    package init(
        method: String,
        path: String,
        query: String = "",
        headers: [(name: String, value: String)],
        payloadHash: SHA256Digest
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.payloadHash = payloadHash
    }

    package var description: String { "SigningRequest(\(headers.count) headers, the rest redacted)" }
}
