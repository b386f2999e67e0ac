import AWSClientSupport
import CurlHTTP
import SQS
import TestSupport
import Testing

@Suite("Answers")
struct AnswerTests {
    private let queue = "http://h/q"
    private let helloMD5 = "5d41402abc4b2a76b9719d911017c592"

    private func entries(_ ids: String...) -> [SendMessageBatchEntry] {
        ids.map { SendMessageBatchEntry(id: $0, body: Array("hello".utf8)) }
    }

    private func send(_ answer: String, _ entries: [SendMessageBatchEntry]) async throws -> BatchResult<
        SendMessageBatchEntry.Result
    > {
        try await ScriptedService(answer).client().sendMessageBatch(queueURL: queue, entries: entries)
    }

    private func receive(_ answer: String) async throws -> [SQSMessage] {
        try await ScriptedService(answer).client().receiveMessage(queueURL: queue, maximumMessages: 10, waitTime: .zero)
    }

    @Test("each entry's fate is its own")
    func partialFailure() async throws {
        let result = try await send(
            """
            {"Successful":[{"Id":"a","MessageId":"m-1","MD5OfMessageBody":"\(helloMD5)","SequenceNumber":"18850"}],
             "Failed":[{"Id":"b","SenderFault":true,"Code":"InvalidMessageContents","Message":"no"},
                       {"Id":"c","SenderFault":false,"Code":"InternalError","Message":null}]}
            """, entries("a", "b", "c"))
        #expect(result.successful.map(\.id) == ["a"])
        #expect(result.successful.first?.messageID == "m-1")
        #expect(result.successful.first?.sequenceNumber == "18850")
        #expect(result.failed.map(\.id) == ["b", "c"])
        #expect(result.failed.map(\.isRetryable) == [false, true])
    }

    @Test("an entry that the answer forgets is failed, and may be sent again")
    func forgotten() async throws {
        for answer in [
            "{}", #"{"Successful":[],"Failed":null}"#,
            #"{"Successful":[{"Id":"other","MessageId":"m","MD5OfMessageBody":"x"}]}"#,
        ] {
            let result = try await send(answer, entries("a"))
            #expect(result.successful.isEmpty)
            #expect(result.failed.map(\.code) == [BatchFailure.notAnswered])
            #expect(result.failed.allSatisfy { $0.isRetryable })
        }
    }

    @Test("an entry in both lists is failed")
    func contradiction() async throws {
        let result = try await send(
            """
            {"Successful":[{"Id":"a","MessageId":"m","MD5OfMessageBody":"\(helloMD5)"}],
             "Failed":[{"Id":"a","SenderFault":false,"Code":"InternalError"}]}
            """, entries("a"))
        #expect(result.successful.isEmpty)
        #expect(result.failed.map(\.code) == ["InternalError"])
    }

    @Test("a throttled entry is sent again, whoever is said to be at fault")
    func throttledEntry() async throws {
        let result = try await send(
            #"{"Failed":[{"Id":"a","SenderFault":true,"Code":"RequestThrottled"}]}"#, entries("a"))
        #expect(result.failed.map(\.isRetryable) == [true])
    }

    @Test(
        "a message that the queue took with another body is failed for good",
        arguments: ["\"00000000000000000000000000000000\"", "\"5d41\"", "null"])
    func sentBodyMismatch(md5: String) async throws {
        let result = try await send(
            "{\"Successful\":[{\"Id\":\"a\",\"MessageId\":\"m\",\"MD5OfMessageBody\":\(md5)}]}", entries("a"))
        #expect(result.successful.isEmpty)
        #expect(result.failed.map(\.code) == [BatchFailure.bodyMismatch])
        #expect(result.failed.allSatisfy { !$0.isRetryable })
    }

    @Test("a received message has all its parts, its body as bytes")
    func message() async throws {
        let messages = try await receive(
            """
            {"Messages":[{"MessageId":"m-1","ReceiptHandle":"r-1","MD5OfBody":"5D41402ABC4B2A76B9719D911017C592","Body":"h\\u0065llo",
              "Attributes":{"ApproximateReceiveCount":"3","MessageGroupId":"lane-1","MessageDeduplicationId":"d","SequenceNumber":"18850",
                            "SentTimestamp":"1788093360123","DeadLetterQueueSourceArn":"arn:x"},
              "MessageAttributes":{"a":{"DataType":"String","StringValue":"1"},"b":{"DataType":"Binary","BinaryValue":"AA=="}},
              "Unknown":{"deep":[1,2,{"x":null}]}}]}
            """)
        let message = try #require(messages.first)
        #expect(message.messageID == "m-1")
        #expect(message.receiptHandle == "r-1")
        #expect(message.body == Array("hello".utf8))
        #expect(message.messageGroupID == "lane-1")
        #expect(message.deduplicationID == "d")
        #expect(message.sequenceNumber == "18850")
        #expect(message.receiveCount == 3)
        #expect(message.sentTimestamp == 1_788_093_360_123)
        #expect(message.attributes == ["a": "1"])
        #expect(message.systemAttributes["DeadLetterQueueSourceArn"] == "arn:x")
    }

    @Test(
        "no messages is an answer, in every form it has", arguments: ["{}", #"{"Messages":[]}"#, #"{"Messages":null}"#])
    func noMessages(answer: String) async throws {
        #expect(try await receive(answer).isEmpty)
    }

    @Test("a received body that does not match its checksum is an error, and not a message")
    func receivedBodyMismatch() async throws {
        let error = try #require(
            await failure {
                try await receive(#"{"Messages":[{"ReceiptHandle":"r","Body":"hellO","MD5OfBody":"\#(helloMD5)"}]}"#)
            })
        guard case .bodyMismatch = error.code else { return #expect(Bool(false)) }
        #expect(error.isRetryable)
        #expect(!"\(error)".contains("hellO"))
    }

    @Test(
        "an answer that cannot be read is an error that may pass",
        arguments: [
            "", "[]", "null", "<html>", #"{"Messages":[{}]}"#, #"{"Messages":[{"Body":"x"}]}"#, #"{"Messages":[5]}"#,
            #"{"Messages":["#,
            #"{"Messages":[{"ReceiptHandle":"r","Body":5,"MD5OfBody":"x"}]}"#, #"{"Messages":[]}{}"#,
        ])
    func unreadable(answer: String) async throws {
        let error = try #require(await failure { try await receive(answer) })
        guard case .malformedResponse = error.code else { return #expect(Bool(false), "\(error)") }
        #expect(error.isRetryable)
    }

    @Test("hostile answers never crash the client")
    func hostile() async throws {
        var random = SeededGenerator(seed: 42)
        let templates = [
            #"{"Messages":[{"MessageId":"m","ReceiptHandle":"r","MD5OfBody":"\#(helloMD5)","Body":"hello","Attributes":{"ApproximateReceiveCount":"1"},"MessageAttributes":{"a":{"StringValue":"x"}}}]}"#,
            #"{"Successful":[{"Id":"a","MessageId":"m","MD5OfMessageBody":"\#(helloMD5)"}],"Failed":[{"Id":"b","SenderFault":true,"Code":"X","Message":"y"}]}"#,
        ]
        let pieces: [[UInt8]] =
            ["{", "}", "[", "]", "\"", "\\", "\\u", ",", ":", "null", "1e999", "-", "true", "\u{0}"].map {
                Array($0.utf8)
            } + [[0xFF], [0xC3]]
        for _ in 0..<2_000 {
            var bytes = Array((templates.randomElement(using: &random) ?? "").utf8)
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                guard !bytes.isEmpty else { break }
                let start = Int.random(in: 0..<bytes.count, using: &random)
                let end = min(bytes.count, start + Int.random(in: 0...4, using: &random))
                bytes.replaceSubrange(start..<end, with: pieces.randomElement(using: &random) ?? [])
            }
            let answer = bytes
            let service = ScriptedService { _ in ServiceResponse(status: 200, body: answer) }
            let client = try service.client()
            _ = await failure { try await client.receiveMessage(queueURL: queue, maximumMessages: 1, waitTime: .zero) }
            _ = await failure { try await client.sendMessageBatch(queueURL: queue, entries: entries("a", "b")) }
            _ = await failure { try await client.getQueueAttributes(queueURL: queue) }
        }
        // Nesting far beyond the limit must not use up the stack.
        let nested = String(repeating: "{\"Messages\":[", count: 100_000)
        #expect(await failure { try await receive(nested) } != nil)
    }

    @Test("attributes are strings, one JSON within another among them")
    func attributes() async throws {
        let answer = #"{"Attributes":{"FifoQueue":"true","RedrivePolicy":"{\"maxReceiveCount\":5}","Odd":7}}"#
        let attributes = try await ScriptedService(answer).client().getQueueAttributes(queueURL: queue)
        #expect(attributes == ["FifoQueue": "true", "RedrivePolicy": #"{"maxReceiveCount":5}"#])
        #expect(try await ScriptedService("{}").client().getQueueAttributes(queueURL: queue).isEmpty)
    }
}
