import AWSClientSupport
import CurlHTTP
import SQS
import Testing

@Suite("Errors of SQS")
struct SQSErrorTests {
    private func error(_ status: Int, _ body: String, _ headers: HTTPHeaders = [:]) async throws -> SQSError {
        let client = try ScriptedService(status: status, body, headers: headers).client()
        return try #require(await failure { try await client.getQueueAttributes(queueURL: "http://h/q") })
    }

    private func name(_ code: SQSError.Code) -> String {
        String("\(code)".prefix { $0 != "(" })
    }

    @Test(
        "each error of the service has its own code, by its newer and by its older name",
        arguments: [
            ("com.amazonaws.sqs#QueueDoesNotExist", "queueDoesNotExist"),
            ("AWS.SimpleQueueService.NonExistentQueue", "queueDoesNotExist"),
            ("QueueNameExists", "queueNameExists"),
            ("AWS.SimpleQueueService.QueueDeletedRecently", "queueDeletedRecently"),
            ("AWS.SimpleQueueService.PurgeQueueInProgress", "purgeInProgress"),
            ("AccessDeniedException", "accessDenied"),
            ("InvalidClientTokenId", "invalidAccessKey"), ("UnrecognizedClientException", "invalidAccessKey"),
            ("ExpiredToken", "expiredCredentials"), ("RequestExpired", "clockSkew"), ("RequestThrottled", "throttled"),
            ("BatchRequestTooLong", "payloadTooLarge"), ("InvalidMessageContents", "invalidCharacters"),
            ("ReceiptHandleIsInvalid", "receiptHandleIsInvalid"),
            ("AWS.SimpleQueueService.MessageNotInflight", "messageNotInFlight"),
            ("OverLimit", "overLimit"), ("AWS.SimpleQueueService.UnsupportedOperation", "unsupportedOperation"),
            ("KmsDisabled", "encryptionKey"), ("InvalidParameterValue", "invalidRequest"),
            ("ResourceNotFoundException", "resourceNotFound"),
            ("SomethingNew", "other"),
        ])
    func codes(type: String, code: String) async throws {
        let error = try await error(400, #"{"__type":"\#(type)","message":"m"}"#, ["x-amzn-RequestId": "r-1"])
        #expect(name(error.code) == code)
        #expect(error.requestID == "r-1")
        #expect(error.status == 400)
        #expect(error.operation == .getQueueAttributes)
        #expect(error.isRetryable == (code == "throttled"))
    }

    @Test("a description names the operation, the service's words, the request and what to do")
    func description() async throws {
        let error = try await error(
            400, #"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}"#,
            ["x-amzn-RequestId": "r-1"])
        #expect(
            "\(error)"
                == "SQS GetQueueAttributes: QueueDoesNotExist: The specified queue does not exist. (HTTP 400, request r-1); check the queue URL, the account and the region"
        )
    }

    @Test("a proxy's page is a failure of the service that may pass, and not a riddle")
    func html() async throws {
        let error = try await error(502, "<html><title>Bad Gateway</title></html>")
        #expect(name(error.code) == "serviceFailure")
        #expect(error.isRetryable)
        #expect("\(error)".contains("a page titled \"Bad Gateway\""))
    }

    @Test("a refused secret and a changed body have different errors")
    func signature() async throws {
        let refused = ServiceResponse(
            status: 403, body: Array("<Error><Code>SignatureDoesNotMatch</Code><Message>m</Message></Error>".utf8))
        func mismatch(probe: ServiceResponse) async throws -> SignatureMismatch? {
            let service = ScriptedService { request in request.body.isEmpty ? probe : refused }
            let client = try service.client()
            guard
                case .signatureDoesNotMatch(let mismatch)? = await failure(of: {
                    try await client.purgeQueue(queueURL: "http://h/q")
                })?.code
            else { return nil }
            return mismatch
        }
        #expect(try await mismatch(probe: refused) == .wrongSecret)
        #expect(try await mismatch(probe: ServiceResponse(status: 200)) == .alteredRequest)
    }

    @Test("a connection that fails is an error that may pass; a refused certificate is not")
    func transport() async throws {
        for (code, isRetryable) in [
            (HTTPClientError.Code.connect, true), (.totalTimeout, true), (.tls, false), (.plaintextRefused, false),
        ] {
            let service = ScriptedService { request throws(HTTPClientError) in
                throw HTTPClientError(code: code, method: "POST", host: "h", detail: "scripted")
            }
            let client = try service.client()
            let error = try #require(await failure { try await client.purgeQueue(queueURL: "http://h/q") })
            guard case .transport(let cause) = error.code else { return #expect(Bool(false)) }
            #expect(cause.code == code)
            #expect(error.isRetryable == isRetryable)
        }
    }

    @Test("a poll that breaks off is tried once, whatever the retry policy")
    func droppedPoll() async throws {
        let service = ScriptedService { request throws(HTTPClientError) in
            throw HTTPClientError(code: .totalTimeout, method: "POST", host: "h", detail: "scripted")
        }
        let client = try service.client(retry: .standard)
        let error = try #require(
            await failure {
                try await client.receiveMessage(queueURL: "http://h/q", maximumMessages: 1, waitTime: .seconds(20))
            })
        #expect(error.attempts == 1)
        #expect(error.isRetryable)
        #expect(service.requests.count == 1)
    }
}
