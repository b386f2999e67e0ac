import AWSClientSupport
import CurlHTTP
import SQS
import Testing

@Suite("Requests on the wire")
struct RequestTests {
    private let queue = "https://sqs.eu-west-1.amazonaws.com/1/q.fifo"

    private func sent(_ answer: String = "{}", _ body: (SQSClient) async throws -> Void) async throws -> HTTPRequest {
        let service = ScriptedService(answer)
        try await body(service.client())
        return try #require(service.requests.first)
    }

    private func text(_ request: HTTPRequest) -> String { String(decoding: request.body, as: UTF8.self) }

    @Test("each operation is named in its header, and its body is the model's")
    func operations() async throws {
        let cases: [(HTTPRequest, String, String)] = [
            (
                try await sent(#"{"QueueUrl":"u"}"#) {
                    _ = try await $0.createQueue(name: "q.fifo", attributes: ["FifoQueue": "true"])
                },
                "CreateQueue", #"{"QueueName":"q.fifo","Attributes":{"FifoQueue":"true"}}"#
            ),
            (
                try await sent(#"{"QueueUrl":"u"}"#) { _ = try await $0.getQueueURL(name: "q") }, "GetQueueUrl",
                #"{"QueueName":"q"}"#
            ),
            (
                try await sent { _ = try await $0.getQueueAttributes(queueURL: queue) }, "GetQueueAttributes",
                #"{"QueueUrl":"\#(queue)","AttributeNames":["All"]}"#
            ),
            (
                try await sent {
                    try await $0.setQueueAttributes(queueURL: queue, attributes: ["VisibilityTimeout": "60"])
                },
                "SetQueueAttributes", #"{"QueueUrl":"\#(queue)","Attributes":{"VisibilityTimeout":"60"}}"#
            ),
            (
                try await sent { _ = try await $0.deleteMessageBatch(queueURL: queue, entries: [("0", "r\"")]) },
                "DeleteMessageBatch",
                #"{"QueueUrl":"\#(queue)","Entries":[{"Id":"0","ReceiptHandle":"r\""}]}"#
            ),
            (
                try await sent {
                    try await $0.changeMessageVisibility(queueURL: queue, receiptHandle: "r", timeout: .zero)
                },
                "ChangeMessageVisibility", #"{"QueueUrl":"\#(queue)","ReceiptHandle":"r","VisibilityTimeout":0}"#
            ),
            (
                try await sent {
                    _ = try await $0.changeMessageVisibilityBatch(queueURL: queue, entries: [("0", "r", .seconds(9))])
                },
                "ChangeMessageVisibilityBatch",
                #"{"QueueUrl":"\#(queue)","Entries":[{"Id":"0","ReceiptHandle":"r","VisibilityTimeout":9}]}"#
            ),
            (
                try await sent("") { try await $0.purgeQueue(queueURL: queue) }, "PurgeQueue",
                #"{"QueueUrl":"\#(queue)"}"#
            ),
            (
                try await sent(#"{"TaskHandle":"t"}"#) { _ = try await $0.startMessageMoveTask(sourceARN: "arn") },
                "StartMessageMoveTask", #"{"SourceArn":"arn"}"#
            ),
        ]
        for (request, operation, body) in cases {
            #expect(request.headers["X-Amz-Target"] == "AmazonSQS.\(operation)")
            #expect(text(request) == body)
        }
    }

    @Test("a batch of messages is escaped straight into the request")
    func send() async throws {
        let request = try await sent { client in
            _ = try await client.sendMessageBatch(
                queueURL: queue,
                entries: [
                    SendMessageBatchEntry(
                        id: "7", body: Array("a\tb\n\\N \"é😀\u{7F}".utf8), messageGroupID: "lane-3",
                        deduplicationID: "1-1-7",
                        attributes: ["b": "2", "a": "1"]),
                    SendMessageBatchEntry(id: "8", body: Array("plain".utf8)),
                ])
        }
        #expect(
            text(request)
                == #"{"QueueUrl":"\#(queue)","Entries":[{"Id":"7","MessageBody":"a\tb\n\\N \"é😀"# + "\u{7F}"
                + #"","MessageGroupId":"lane-3","MessageDeduplicationId":"1-1-7","MessageAttributes":{"a":{"DataType":"String","StringValue":"1"},"b":{"DataType":"String","StringValue":"2"}}},{"Id":"8","MessageBody":"plain"}]}"#
        )
    }

    @Test("a receive asks by both names for the system's attributes, and waits longer than the server")
    func receive() async throws {
        let request = try await sent { client in
            _ = try await client.receiveMessage(
                queueURL: queue, maximumMessages: 10, waitTime: .seconds(20), visibilityTimeout: .seconds(120),
                attemptID: "try-1")
        }
        #expect(
            text(request)
                == #"{"QueueUrl":"\#(queue)","MaxNumberOfMessages":10,"WaitTimeSeconds":20,"MessageSystemAttributeNames":["All"],"AttributeNames":["All"],"MessageAttributeNames":["All"],"VisibilityTimeout":120,"ReceiveRequestAttemptId":"try-1"}"#
        )
        #expect(request.timeouts.total == .seconds(35))
        #expect(request.timeouts.idle == .seconds(35))
    }

    @Test("requests go to the configured endpoint, else to the queue URL's origin, else to the region's endpoint")
    func endpoints() async throws {
        func url(_ endpoint: AWSEndpoint?, _ body: (SQSClient) async throws -> Void) async throws -> String? {
            let service = ScriptedService(#"{"QueueUrl":"u"}"#)
            try await body(service.client(endpoint: endpoint))
            return service.requests.first?.url
        }
        let local = try AWSEndpoint(parsing: "http://127.0.0.1:4566")
        let emulated = "http://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/q"
        #expect(
            try await url(local) { _ = try await $0.getQueueAttributes(queueURL: emulated) } == "http://127.0.0.1:4566/"
        )
        #expect(
            try await url(nil) { _ = try await $0.getQueueAttributes(queueURL: emulated) }
                == "http://sqs.us-east-1.localhost.localstack.cloud:4566/")
        #expect(
            try await url(nil) { _ = try await $0.getQueueURL(name: "q") } == "https://sqs.eu-west-1.amazonaws.com/")
    }
}
