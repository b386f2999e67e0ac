package import SigV4

/// Credentials from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
///
/// An empty variable counts as one that is not set, as in the SDKs. One of the two keys alone is an error and not an empty source:
/// silently falling through to another identity would be worse.
package struct EnvironmentCredentialProvider: CredentialProvider {
    private let environment: [String: String]

    package init(environment: [String: String]) {
        self.environment = environment.filter { Self.names.contains($0.key) && !$0.value.isEmpty }
    }

    package func credentials() async throws(CredentialError) -> Credentials {
        switch (environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]) {
        case (nil, nil):
            throw error(.notConfigured, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
        case (_, nil):
            throw error(.invalid, "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not: set both or none")
        case (nil, _):
            throw error(.invalid, "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not: set both or none")
        case (let accessKeyID?, let secret?):
            return Credentials(
                accessKeyID: accessKeyID, secretAccessKey: secret, sessionToken: environment["AWS_SESSION_TOKEN"])
        }
    }

    /// Does nothing: a process's environment does not change.
    package func invalidate(_ rejected: Credentials) async {}

    static let origin = "environment (AWS_ACCESS_KEY_ID)"

    package func origin() async -> String? { Self.origin }

    private static let names: Set<String> = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]

    private func error(_ code: CredentialError.Code, _ message: String) -> CredentialError {
        CredentialError(code, source: "environment", message: message)
    }
}
