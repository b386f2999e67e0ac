package import CurlHTTP
package import SigV4

/// Why a call failed for good.
package struct AWSCallError: Error, Sendable, CustomStringConvertible {
    package enum Cause: Sendable {
        /// The service answered with an error.
        case service(AWSServiceError)
        /// The service refused the signature; what is known of the reason.
        case signature(AWSServiceError, SignatureMismatch)
        /// No whole answer came.
        case transport(HTTPClientError)
        case credentials(CredentialError)
        case signing(SigningError)
        /// The caller's task was cancelled.
        case cancelled
    }

    package let cause: Cause
    /// Tries made.
    package let attempts: Int
    /// Retrying stopped because too many calls of the client had failed, not because this one's attempts were used up.
    package let quotaUsedUp: Bool

    package init(_ cause: Cause, attempts: Int, quotaUsedUp: Bool = false) {
        self.cause = cause
        self.attempts = attempts
        self.quotaUsedUp = quotaUsedUp
    }

    package var description: String {
        let what =
            switch cause {
            case .service(let error): "\(error)"
            case .signature(let error, let mismatch): "\(error); \(mismatch.explanation)"
            case .transport(let error): "\(error)"
            case .credentials(let error): "\(error)"
            case .signing(let error): "\(error)"
            case .cancelled: "cancelled"
            }
        return "\(what) (after \(attempts) \(attempts == 1 ? "try" : "tries"))"
    }
}
