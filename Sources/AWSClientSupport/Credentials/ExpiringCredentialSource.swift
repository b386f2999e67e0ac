package import SigV4

/// Where temporary credentials come from: one fetch, without any memory.
///
/// ``ExpiringCredentials`` adds the rest: keeping, refreshing in time, one fetch at a time.
package protocol ExpiringCredentialSource: Sendable {
    /// A short name for logs and errors, such as `container`.
    var name: String { get }

    /// Whether credentials of this source are used beyond their end while it has no newer ones: the service that checks them decides.
    ///
    /// So it is with the instance metadata service, which in an outage hands out what it has.
    /// https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html
    var outlivesExpiration: Bool { get }

    /// Fetches credentials. Ends within a bounded time.
    func fetch() async throws(CredentialError) -> TemporaryCredentials
}

extension ExpiringCredentialSource {
    package var outlivesExpiration: Bool { false }
}

/// Credentials and when they end.
package struct TemporaryCredentials: Sendable, Equatable {
    package let credentials: Credentials
    /// Seconds since 1970; `nil` when they do not expire.
    package let expiration: Int64?
    /// Where they come from, for people; holds no secret.
    package var origin: String?

    package init(_ credentials: Credentials, expiration: Int64?, origin: String? = nil) {
        self.credentials = credentials
        self.expiration = expiration
        self.origin = origin
    }
}
