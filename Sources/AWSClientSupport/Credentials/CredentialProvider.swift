package import SigV4

/// A source of the keys that requests are signed with.
package protocol CredentialProvider: Sendable {
    /// The credentials to sign with now.
    ///
    /// Cheap to call before every request: what is costly is kept until shortly before it expires.
    /// - Throws: ``CredentialError``; its code `notConfigured` means that this source does not apply here, and a chain goes on to the next one.
    func credentials() async throws(CredentialError) -> Credentials

    /// Drops credentials that the service refused, so that the next call of ``credentials()`` fetches new ones.
    ///
    /// - Parameter rejected: What the refused request was signed with. When newer ones are already kept, nothing is dropped: of many
    ///   calls that are refused together, the first alone causes a refresh.
    func invalidate(_ rejected: Credentials) async

    /// Where the credentials in use come from, for people; `nil` before there are any. Holds no secret.
    func origin() async -> String?
}
