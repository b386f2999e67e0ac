/// Why a request could not be signed, and what to do about it.
///
/// The description names the part at fault and never holds a secret, a header value, a path or a query.
package struct SigningError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        case invalidRegion
        case invalidService
        case invalidAccessKeyID
        case missingSecretAccessKey
        case invalidSessionToken
        case invalidMethod
        case invalidPath
        case invalidQuery
        case reservedQueryParameter
        case invalidHeaderName
        case invalidHeaderValue
        case reservedHeader
        case invalidHost
        case expiryOutOfRange
        case dateOutOfRange
        case cryptographyFailed
    }

    package let code: Code
    /// What is wrong, in words.
    package let problem: String
    /// What to do next.
    package let remedy: String

    init(_ code: Code, _ problem: String, remedy: String) {
        self.code = code
        self.problem = problem
        self.remedy = remedy
    }

    package var description: String { "cannot sign the request (\(code.rawValue)): \(problem); \(remedy)" }
}
