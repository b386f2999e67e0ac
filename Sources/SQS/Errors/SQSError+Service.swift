import AWSClientSupport
import CurlHTTP

extension SQSError {
    /// Translates a failed call.
    init(_ error: AWSCallError, operation: SQSOperation) {
        let attempts = error.attempts
        switch error.cause {
        case .service(let service):
            self.init(Self.code(of: service), service, operation: operation, attempts: attempts)
        case .signature(let service, let mismatch):
            self.init(.signatureDoesNotMatch(mismatch), service, operation: operation, attempts: attempts)
        case .transport(let transport):
            self.init(
                .transport(transport), operation: operation, attempts: attempts, message: "\(transport)",
                isRetryable: transport.isTransient)
        case .credentials(let credentials):
            self.init(
                .credentials(credentials), operation: operation, attempts: attempts, message: "\(credentials)",
                isRetryable: credentials.code == .unavailable)
        case .signing(let signing):
            self.init(.invalidRequest, operation: operation, attempts: 0, message: "\(signing)")
        case .cancelled:
            self.init(.cancelled, operation: operation, attempts: attempts, message: "cancelled")
        }
    }

    private init(_ code: Code, _ error: AWSServiceError, operation: SQSOperation, attempts: Int) {
        let isRetryable = [.throttling, .transient].contains(ErrorClass(error))
        self.init(
            code, operation: operation, status: error.status, requestID: error.requestID, attempts: attempts,
            message: error.message.isEmpty ? error.code : "\(error.code): \(error.message)", isRetryable: isRetryable)
    }

    /// Whether a refusal is about the length of a message. Servers have a name for it, or only words.
    static func isAboutSize(code: String, message: String) -> Bool {
        code == "MessageTooLong" || code.hasSuffix("BatchRequestTooLong") || message.contains("MessageTooLong")
            || message.contains("must be shorter than")
    }

    private static func code(of error: AWSServiceError) -> Code {
        if isAboutSize(code: error.code, message: error.message) { return .payloadTooLarge }
        for name in [error.code, error.queryCode].compactMap({ $0 }) {
            if let code = code(named: name) { return code }
        }
        switch ErrorClass(error) {
        case .throttling: return .throttled
        case .expiredCredentials: return .expiredCredentials
        case .unknownKey: return .invalidAccessKey
        case .clockSkew: return .clockSkew
        case .signature: return .signatureDoesNotMatch(.undetermined)
        case .transient: return .serviceFailure
        case .final:
            switch error.status {
            case 401, 403: return .accessDenied
            case 413: return .payloadTooLarge
            case 500...: return .serviceFailure
            default: return .other(error.code)
            }
        }
    }

    /// The names of the JSON protocol and, for servers that still use them, of the query protocol; both from the SQS model and
    /// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html.
    private static func code(named name: String) -> Code? {
        let short = name.hasPrefix("AWS.SimpleQueueService.") ? String(name.dropFirst(23)) : name
        switch short {
        case "QueueDoesNotExist", "NonExistentQueue": return .queueDoesNotExist
        case "QueueNameExists", "QueueAlreadyExists": return .queueNameExists
        case "QueueDeletedRecently": return .queueDeletedRecently
        case "PurgeQueueInProgress": return .purgeInProgress
        case "AccessDenied", "AccessDeniedException", "InvalidSecurity", "OptInRequired": return .accessDenied
        case "InvalidClientTokenId", "UnrecognizedClientException", "MissingAuthenticationToken", "InvalidAccessKeyId":
            return .invalidAccessKey
        case "BatchRequestTooLong": return .payloadTooLarge
        case "InvalidMessageContents": return .invalidCharacters
        case "ReceiptHandleIsInvalid", "InvalidReceiptHandle": return .receiptHandleIsInvalid
        case "MessageNotInflight": return .messageNotInFlight
        case "OverLimit": return .overLimit
        case "UnsupportedOperation", "UnknownOperationException", "InvalidAction", "NotImplemented":
            return .unsupportedOperation
        case "ResourceNotFoundException": return .resourceNotFound
        case "KmsAccessDenied", "KmsDisabled", "KmsInvalidKeyUsage", "KmsInvalidState", "KmsNotFound",
            "KmsOptInRequired",
            "KMS.AccessDeniedException", "KMS.DisabledException", "KMS.NotFoundException":
            return .encryptionKey
        case "InvalidParameterValue", "InvalidParameterValueException", "InvalidParameterCombination",
            "MissingParameter",
            "MissingRequiredParameterException", "ValidationError", "ValidationException", "SerializationException",
            "InvalidAttributeName", "InvalidAttributeValue", "InvalidAddress", "InvalidIdFormat", "InvalidBatchEntryId",
            "BatchEntryIdsNotDistinct", "EmptyBatchRequest", "TooManyEntriesInBatchRequest":
            return .invalidRequest
        default: return nil
        }
    }
}
