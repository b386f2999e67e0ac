package import AWSClientSupport
package import CurlHTTP

/// Why a call of SQS failed for good.
///
/// Holds no message body, no receipt handle and no secret.
package struct SQSError: Error, Sendable {
    package enum Code: Sendable {
        case queueDoesNotExist
        /// A queue of this name exists with other attributes.
        case queueNameExists
        /// A queue of this name was deleted less than 60 seconds ago.
        case queueDeletedRecently
        /// The queue was purged less than 60 seconds ago.
        case purgeInProgress
        case accessDenied
        /// The service does not know the access key.
        case invalidAccessKey
        case signatureDoesNotMatch(SignatureMismatch)
        case expiredCredentials
        /// This host's clock is off, and correcting it by the service's did not help.
        case clockSkew
        case throttled
        /// A message or a batch is larger than the configured limit, or than the service's.
        case payloadTooLarge
        /// A body or an attribute has characters that SQS refuses.
        case invalidCharacters
        /// The request breaks a rule of the protocol; found before sending, or by the service.
        case invalidRequest
        case receiptHandleIsInvalid
        /// The message is visible again, or was deleted: its visibility cannot be changed.
        case messageNotInFlight
        /// Too many messages in flight, or too many queues.
        case overLimit
        /// The server does not know the operation.
        case unsupportedOperation
        case resourceNotFound
        /// The key that encrypts the queue cannot be used.
        case encryptionKey
        /// The service failed (HTTP 5xx).
        case serviceFailure
        /// There are no usable credentials.
        case credentials(CredentialError)
        /// The queue URL, the region or the endpoint is no usable address.
        case invalidEndpoint
        /// No whole answer came.
        case transport(HTTPClientError)
        /// The answer is not what the protocol says.
        case malformedResponse
        /// A received body does not match its checksum; the message stays in the queue.
        case bodyMismatch
        case cancelled
        /// An error of the service that has no case of its own.
        case other(String)
    }

    package let code: Code
    /// `nil` when it happened before any operation, while the client was made.
    package let operation: SQSOperation?
    /// The HTTP status of the last answer.
    package let status: Int?
    /// The service's ID of the last request: what its support asks for.
    package let requestID: String?
    /// Tries made; 0 when nothing was sent.
    package let attempts: Int
    package let message: String
    /// Whether the same call can succeed later without anyone changing anything.
    package let isRetryable: Bool

    package init(
        _ code: Code, operation: SQSOperation?, status: Int? = nil, requestID: String? = nil, attempts: Int = 0,
        message: String, isRetryable: Bool = false
    ) {
        self.code = code
        self.operation = operation
        self.status = status
        self.requestID = requestID
        self.attempts = attempts
        self.message = message
        self.isRetryable = isRetryable
    }
}

extension SQSError: CustomStringConvertible {
    package var description: String {
        var text = operation.map { "SQS \($0.rawValue): " } ?? "SQS: "
        text += message
        var facts: [String] = []
        if let status { facts.append("HTTP \(status)") }
        if let requestID { facts.append("request \(requestID)") }
        if attempts > 1 { facts.append("\(attempts) tries") }
        if attempts == 0 { facts.append("nothing was sent") }
        if !facts.isEmpty { text += " (\(facts.joined(separator: ", ")))" }
        return nextStep.map { "\(text); \($0)" } ?? text
    }
}
