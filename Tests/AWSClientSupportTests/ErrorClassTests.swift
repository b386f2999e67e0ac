import AWSClientSupport
import Testing

@Suite("Which errors are tried again")
struct ErrorClassTests {
    private func kind(_ code: String, status: Int = 400, message: String = "", query: String? = nil) -> ErrorClass {
        ErrorClass(AWSServiceError(status: status, code: code, queryCode: query, message: message))
    }

    @Test(
        "throttling is known by every name it has",
        arguments: [
            "RequestThrottled", "ThrottlingException", "Throttling", "TooManyRequestsException", "KmsThrottled",
            "SlowDown",
            "RequestLimitExceeded",
        ])
    func throttling(code: String) {
        #expect(kind(code, status: 403) == .throttling)
    }

    @Test("statuses decide where no code is known", arguments: [429, 500, 502, 503, 504])
    func statuses(status: Int) {
        #expect(kind("HTTP\(status)", status: status) == (status == 429 ? .throttling : .transient))
        #expect(kind("Unheard", status: 400) == .final)
    }

    @Test(
        "what will be refused again is final, whatever its status",
        arguments: [
            "AccessDenied", "QueueDoesNotExist", "InvalidParameterValue", "BatchRequestTooLong",
            "ReceiptHandleIsInvalid", "InvalidAction", "UnsupportedOperation", "NotImplemented",
        ])
    func final(code: String) {
        #expect(kind(code) == .final)
        #expect(kind(code, status: 500) == .final)
    }

    @Test(
        "a key that the service does not know may have been rotated",
        arguments: [
            "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId",
        ])
    func unknownKey(code: String) {
        #expect(kind(code, status: 403) == .unknownKey)
        #expect(kind(code, status: 500) == .unknownKey)
    }

    @Test("a signature that is refused for its time is a matter of the clock, any other one is not")
    func signatures() {
        let expired = "Signature expired: 20260830T123600Z is now earlier than 20260830T125000Z"
        #expect(kind("InvalidSignatureException", status: 403, message: expired) == .clockSkew)
        #expect(kind("SignatureDoesNotMatch", status: 403, message: "Signature not yet current: …") == .clockSkew)
        #expect(kind("RequestTimeTooSkewed", status: 403) == .clockSkew)
        #expect(kind("RequestExpired") == .clockSkew)
        #expect(
            kind("SignatureDoesNotMatch", status: 403, message: "The request signature we calculated does not match")
                == .signature)
    }

    @Test("an expired token calls for new credentials")
    func tokens() {
        #expect(kind("ExpiredToken", status: 403) == .expiredCredentials)
        #expect(kind("ExpiredTokenException") == .expiredCredentials)
    }

    @Test("the older code decides when the newer one is unknown")
    func queryCodes() {
        #expect(kind("New", query: "RequestThrottled") == .throttling)
        #expect(kind("New", status: 500, query: "AWS.SimpleQueueService.NonExistentQueue") == .final)
    }
}
