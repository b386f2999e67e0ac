/// The keys that sign a request.
///
/// The description shows the access key ID alone, which is an identifier and not a secret.
package struct Credentials: Sendable, Equatable, Redacted {
    package let accessKeyID: String
    package let secretAccessKey: String
    /// The token of temporary credentials; `nil` for long-lived keys.
    package let sessionToken: String?

    /// Takes the keys as they are; ``Signer`` refuses unusable ones.
    ///
    /// - Parameter sessionToken: An empty token counts as none, as an `AWS_SESSION_TOKEN` that is set but empty means.
    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken == "" ? nil : sessionToken
    }

    package var description: String {
        let token = sessionToken == nil ? "none" : "redacted"
        return "Credentials(accessKeyID: \(accessKeyID), secretAccessKey: redacted, sessionToken: \(token))"
    }
}
