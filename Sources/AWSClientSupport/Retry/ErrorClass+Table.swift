extension ErrorClass {
    /// Decides by the error's code, then by its older query code, then by the HTTP status.
    package init(_ error: AWSServiceError) {
        for code in [error.code, error.queryCode].compactMap({ $0 }) {
            guard let known = Self.table[code] else { continue }
            if known == .signature, Self.mentionsTime(error.message) {
                self = .clockSkew
            } else {
                self = known
            }
            return
        }
        self = Self.byStatus[error.status] ?? .final
    }

    /// Every code that is treated in its own way.
    ///
    /// Sources: botocore 1.43 `retries/standard.py` (`_THROTTLED_ERROR_CODES`, `_TRANSIENT_ERROR_CODES`) and `data/_retry.json`; the SQS model
    /// `sqs/2012-11-05`; https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html;
    /// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html;
    /// for clocks and tokens, aws-sdk-go-v2 `aws/retry/retryable_error.go` and aws-sdk-js `isClockSkewError`, `isExpiredCredentialsError`.
    static let table: [String: ErrorClass] = {
        var table: [String: ErrorClass] = [:]
        for (kind, codes) in groups {
            for code in codes { table[code] = kind }
        }
        return table
    }()

    private static let groups: [(ErrorClass, [String])] = [
        (
            .throttling,
            [
                // botocore, standard mode
                "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
                "TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
                "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled",
                "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException",
                // SQS model
                "KmsThrottled", "KMS.ThrottlingException",
            ]
        ),
        (
            .transient,
            [
                // botocore, standard mode
                "RequestTimeout", "RequestTimeoutException",
                // Common errors
                "ServiceUnavailable", "ServiceUnavailableException", "InternalError", "InternalFailure",
                "InternalServerError", "InternalServiceError",
            ]
        ),
        (.expiredCredentials, ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"]),
        (.unknownKey, ["InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"]),
        (.clockSkew, ["RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"]),
        (.signature, ["SignatureDoesNotMatch", "InvalidSignatureException", "InvalidSignature", "AuthFailure"]),
        (
            .final,
            [
                // Named because emulators answer some of them with status 500, which is otherwise worth another try.
                "AccessDenied", "AccessDeniedException", "MissingAuthenticationToken", "IncompleteSignature",
                "OptInRequired", "InvalidAction",
                "UnknownOperationException", "NotImplemented", "UnsupportedOperation",
                "AWS.SimpleQueueService.UnsupportedOperation", "InvalidParameterValue", "InvalidParameterCombination",
                "MissingParameter", "ValidationError", "ValidationException", "SerializationException",
                "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "BatchRequestTooLong",
                "AWS.SimpleQueueService.BatchRequestTooLong", "ReceiptHandleIsInvalid", "InvalidMessageContents",
                "OverLimit",
            ]
        ),
    ]

    private static let byStatus: [Int: ErrorClass] = [
        408: .transient, 429: .throttling, 500: .transient, 502: .transient, 503: .transient, 504: .transient,
        509: .throttling,
    ]

    /// `Signature expired: 20150830T123600Z is now earlier than …` and `Signature not yet current: …`.
    private static func mentionsTime(_ message: String) -> Bool {
        let message = message.lowercased()
        return message.contains("expired") || message.contains("not yet current") || message.contains("skew")
    }
}
