import AWSClientSupport
import CurlHTTP
import SQS
import Synchronization
import TestSupport
import Testing

/// Answers as ElasticMQ gives them, where they differ from those of AWS.
@Suite("Answers of ElasticMQ")
struct ElasticMQTests {
    private let queue = "http://127.0.0.1:9324/000000000000/users.fifo"
    private let helloMD5 = "5d41402abc4b2a76b9719d911017c592"

    private func refusal(_ code: String, _ message: String, status: Int = 400) -> ServiceResponse {
        ServiceResponse(
            status: status,
            body: Array(#"{"__type":"com.amazonaws.sqs#\#(code)","Message":"\#(message)"}"#.utf8))
    }

    @Test("a sent message needs no sequence number, and no list of failures")
    func sent() async throws {
        let answer = #"{"Successful":[{"Id":"a","MessageId":"m","MD5OfMessageBody":"\#(helloMD5)"}]}"#
        let result = try await ScriptedService(answer).client().sendMessageBatch(
            queueURL: queue, entries: [SendMessageBatchEntry(id: "a", body: Array("hello".utf8))])
        #expect(result.successful.map(\.id) == ["a"])
        #expect(result.successful.first?.sequenceNumber == nil)
        #expect(result.failed.isEmpty)
    }

    @Test("a message that is too long for the queue is called that, with the setting to change")
    func tooLong() async throws {
        for answer in [
            refusal("InvalidAttributeValue", "MessageTooLong"), refusal("InvalidParameterValue", "MessageTooLong"),
            refusal(
                "InvalidParameterValue",
                "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes."),
        ] {
            let service = ScriptedService { _ in answer }
            let error = try #require(
                await failure {
                    try await service.client().sendMessageBatch(
                        queueURL: queue, entries: [SendMessageBatchEntry(id: "a", body: Array("hello".utf8))])
                })
            guard case .payloadTooLarge = error.code else { return #expect(Bool(false), "\(error)") }
            #expect("\(error)".contains("SQS_MAX_MESSAGE_BYTES"))
            #expect(!error.isRetryable)
        }
        let entry = BatchFailure(id: "a", senderFault: true, code: "InvalidAttributeValue", message: "MessageTooLong")
        #expect(entry.isAboutSize && !entry.isRetryable)
        #expect("\(entry)".contains("SQS_MAX_MESSAGE_BYTES"))
    }

    @Test("a message that was deleted before counts as deleted; another failure does not")
    func deletedAgain() async throws {
        let answer = """
            {"Successful":[{"Id":"a"}],"Failed":[
              {"Id":"b","SenderFault":true,"Code":"ReceiptHandleIsInvalid","Message":"The input receipt handle is invalid."},
              {"Id":"c","SenderFault":false,"Code":"InternalError","Message":""}]}
            """
        let result = try await ScriptedService(answer).client().deleteMessageBatch(
            queueURL: queue, entries: [("a", "1"), ("b", "2"), ("c", "3")])
        #expect(result.successful == ["a", "b"])
        #expect(result.failed.map(\.id) == ["c"])
    }

    @Test("a handle that is nobody's cannot extend a visibility: that is no success")
    func extendedAfterwards() async throws {
        let answer = #"{"Failed":[{"Id":"a","SenderFault":true,"Code":"ReceiptHandleIsInvalid"}]}"#
        let result = try await ScriptedService(answer).client().changeMessageVisibilityBatch(
            queueURL: queue, entries: [("a", "1", .seconds(30))])
        #expect(result.failed.map(\.id) == ["a"])
    }

    @Test("a queue that appears just after its server is waited for, and one that was there before is not")
    func appearing() async throws {
        let calls = Atomic(0)
        let service = ScriptedService { _ in
            switch calls.add(1, ordering: .relaxed).newValue {
            case 1, 2, 4: self.refusal("QueueDoesNotExist", "The specified queue does not exist.")
            default: ServiceResponse(status: 200, body: Array(#"{"Attributes":{}}"#.utf8))
            }
        }
        let client = try service.client()
        _ = try await client.getQueueAttributes(queueURL: queue)
        #expect(service.requests.count == 3)
        let error = await failure { try await client.getQueueAttributes(queueURL: queue) }
        guard case .queueDoesNotExist? = error?.code else {
            return #expect(Bool(false), "\(String(describing: error))")
        }
        #expect(service.requests.count == 4)
    }

    @Test("a queue that does not come is missing after five seconds, for every call from then on")
    func missing() async throws {
        let slept = Mutex<Duration>(.zero)
        let service = ScriptedService { _ in self.refusal("QueueDoesNotExist", "no") }
        let client = try service.client(sleep: { duration in slept.withLock { $0 += duration } })
        for _ in 0..<3 {
            let error = await failure { try await client.getQueueAttributes(queueURL: queue) }
            guard case .queueDoesNotExist? = error?.code else { return #expect(Bool(false)) }
        }
        #expect(slept.withLock { $0 } == .seconds(5))
    }

    @Test("a text in the place of an error document is the server's failure")
    func textError() async throws {
        let service = ScriptedService(status: 500, "There was an internal server error.")
        let error = try #require(
            await failure {
                try await service.client().receiveMessage(queueURL: queue, maximumMessages: 1, waitTime: .zero)
            })
        #expect(error.isRetryable && error.requestID == nil)
    }
}
