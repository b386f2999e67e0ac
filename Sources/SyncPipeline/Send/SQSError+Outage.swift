package import SQS

extension SQSError {
    /// Whether the queue is away, and the same call can succeed once it is back: unreachable, throttling, failing, or refusing an identity
    /// that it knew before.
    package var isOutage: Bool {
        if isRetryable { return true }
        return switch code {
        case .transport, .credentials, .expiredCredentials, .clockSkew, .accessDenied, .invalidAccessKey,
            .signatureDoesNotMatch, .queueDoesNotExist, .encryptionKey, .serviceFailure, .throttled, .malformedResponse:
            true
        default: false
        }
    }
}
