package import SigV4

/// Credentials that are given and never change.
package struct StaticCredentialProvider: CredentialProvider {
    private let value: Credentials

    package init(_ credentials: Credentials) {
        self.value = credentials
    }

    package func credentials() async throws(CredentialError) -> Credentials { value }

    /// Does nothing: there are no others.
    package func invalidate(_ rejected: Credentials) async {}

    package func origin() async -> String? { "given keys" }
}
