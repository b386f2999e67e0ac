import AWSClientSupport

extension SQSError {
    static let adviceOnSize = "set SQS_MAX_MESSAGE_BYTES to what this queue takes, or make messages smaller"

    /// What a person can do about it, in one clause.
    package var nextStep: String? {
        switch code {
        case .queueDoesNotExist: "check the queue URL, the account and the region"
        case .queueNameExists: "choose another name, or make the attributes equal"
        case .queueDeletedRecently: "wait 60 seconds before the name is used again"
        case .purgeInProgress: "wait 60 seconds between two purges"
        case .accessDenied: "allow this action on the queue in the identity's or the queue's policy"
        case .invalidAccessKey: "check the access key ID, and that it belongs to this endpoint's account"
        case .signatureDoesNotMatch(let mismatch): mismatch.explanation
        case .expiredCredentials: "renew the credentials; their source gave no newer ones"
        case .clockSkew: "set this host's clock"
        case .throttled: "send fewer calls, or ask for a higher quota"
        case .payloadTooLarge: Self.adviceOnSize
        case .invalidCharacters: "encode what is not XML 1.0 text"
        case .receiptHandleIsInvalid, .messageNotInFlight:
            "the message was received again or deleted; leave it to its next receive"
        case .overLimit: "delete messages that are done, or wait until fewer are in flight"
        case .unsupportedOperation: "the server lacks this operation; AWS has it"
        case .encryptionKey: "check the queue's KMS key, its state and its policy"
        case .serviceFailure: "try again later; if it lasts, look at the service's status"
        case .invalidEndpoint: "correct the queue URL, the region or the endpoint URL"
        case .malformedResponse: "look at what answers at this endpoint"
        case .bodyMismatch: "receive it again; if it lasts, look for what changes bodies on the way"
        case .transport, .credentials, .invalidRequest, .resourceNotFound, .cancelled, .other: nil
        }
    }
}
