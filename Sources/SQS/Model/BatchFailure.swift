import AWSClientSupport

/// Why one entry of a batch call failed.
package struct BatchFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The entry's ID in its call.
    package let id: String
    /// The entry is wrong and will be refused again.
    package let senderFault: Bool
    /// The service's error code, or ``notAnswered``, ``bodyMismatch`` or ``attributesMismatch``.
    package let code: String
    package let message: String

    /// The code of an entry that the answer does not mention.
    package static let notAnswered = "NotAnswered"
    /// The code of a message that the queue took with another body than was sent. Final: sent again with the same
    /// deduplication ID it would be taken for a double, and the damaged one would stay.
    package static let bodyMismatch = "BodyMismatch"

    /// The code of a message that the queue took with other attributes than were sent. Final, as ``bodyMismatch``.
    package static let attributesMismatch = "AttributesMismatch"

    package init(id: String, senderFault: Bool, code: String, message: String) {
        self.id = id
        self.senderFault = senderFault
        self.code = code
        self.message = ErrorText.oneLine(message, maximumCharacters: 500)
    }

    /// Whether sending the entry again can succeed. Throttling counts as the sender's fault in some answers, and is not.
    package var isRetryable: Bool {
        if !senderFault { return true }
        switch ErrorClass(AWSServiceError(status: 400, code: code, message: "")) {
        case .throttling, .transient: return true
        default: return false
        }
    }

    /// The receipt handle belongs to no message any more.
    var isAboutMissingMessage: Bool { code == "ReceiptHandleIsInvalid" || code == "InvalidReceiptHandle" }

    /// The message is longer than the queue takes.
    package var isAboutSize: Bool { SQSError.isAboutSize(code: code, message: message) }

    package var description: String {
        let text = "entry \(id): \(code): \(message)"
        return isAboutSize ? "\(text); \(SQSError.adviceOnSize)" : text
    }
}
