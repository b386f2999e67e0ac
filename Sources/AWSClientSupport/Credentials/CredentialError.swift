/// Why there are no credentials. Names sources and settings, never values.
package struct CredentialError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// This source is not set up here; another one may be.
        case notConfigured
        /// The source is set up, and what it says is wrong or incomplete: a person must mend it.
        case invalid
        /// The source is set up and failed this time; a later try may succeed.
        case unavailable
        case cancelled
    }

    package var code: Code
    /// Which source, such as `environment`.
    package var source: String
    /// What was found, and what to do.
    package var message: String

    package init(_ code: Code, source: String, message: String) {
        self.code = code
        self.source = source
        self.message = message
    }

    package var description: String { "AWS credentials (\(source)): \(message)" }
}
