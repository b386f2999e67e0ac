package import SigV4

/// Where temporary credentials come from: one fetch, without any memory.
///
/// ``ExpiringCredentials`` adds the rest: keeping, refreshing in time, one fetch at a time.
package protocol ExpiringCredentialSource: Sendable {
    /// A short name for logs and errors, such as `container`.
    var name: String { get }

    /// Fetches credentials. Ends within a bounded time.
    func fetch() async throws(CredentialError) -> TemporaryCredentials
}

/// Credentials and when they end.
package struct TemporaryCredentials: Sendable, Equatable {
    package let credentials: Credentials
    /// Seconds since 1970; `nil` when they do not expire.
    package let expiration: Int64?

    package init(_ credentials: Credentials, expiration: Int64?) {
        self.credentials = credentials
        self.expiration = expiration
    }
}
