import SQS
import TestSupport
import Testing

@Suite("Queues on a real server", .timeLimit(.minutes(3)))
struct QueueIntegrationTests {
    private func live() async throws -> LiveQueue {
        try LiveQueue(try await SQSServer.shared())
    }

    @Test("a queue is created, found by name, and its attributes are read and changed")
    func attributes() async throws {
        let live = try await live()
        let name = SQSServer.uniqueQueueName()
        let url = try await live.client.createQueue(
            name: name, attributes: ["FifoQueue": "true", "VisibilityTimeout": "45"])
        #expect(url.hasSuffix("/\(name)"))
        #expect(try await live.client.getQueueURL(name: name) == url)
        let attributes = try await live.client.getQueueAttributes(queueURL: url)
        #expect(attributes["FifoQueue"] == "true")
        #expect(attributes["VisibilityTimeout"] == "45")
        try await live.client.setQueueAttributes(queueURL: url, attributes: ["VisibilityTimeout": "46"])
        #expect(
            try await live.client.getQueueAttributes(queueURL: url, names: ["VisibilityTimeout"]) == [
                "VisibilityTimeout": "46"
            ])
    }

    @Test("a queue that is not there is an error by its name")
    func missing() async throws {
        let live = try await live()
        for error in [
            await failure { try await live.client.getQueueURL(name: "none.fifo") },
            await failure { try await live.receive("\(live.server.endpoint)/000000000000/none.fifo") },
        ] {
            guard case .queueDoesNotExist? = error?.code else {
                return #expect(Bool(false), "\(String(describing: error))")
            }
            #expect(error?.isRetryable == false)
            #expect(error?.attempts == 1)
        }
    }

    @Test("a name in use with other attributes, and a bad attribute, are refused in words")
    func refused() async throws {
        let live = try await live()
        let name = SQSServer.uniqueQueueName()
        _ = try await live.client.createQueue(name: name, attributes: ["FifoQueue": "true"])
        let other = await failure {
            try await live.client.createQueue(name: name, attributes: ["FifoQueue": "true", "VisibilityTimeout": "1"])
        }
        guard case .queueNameExists? = other?.code else { return #expect(Bool(false), "\(String(describing: other))") }
        let bad = await failure { try await live.client.createQueue(name: "no spaces allowed") }
        guard case .invalidRequest? = bad?.code else { return #expect(Bool(false), "\(String(describing: bad))") }
    }

    @Test("a purge empties a queue")
    func purge() async throws {
        let live = try await live()
        let url = try await live.createQueue()
        for number in 0..<3 { try await live.send("m\(number)", to: url, group: "g\(number)") }
        try await live.client.purgeQueue(queueURL: url)
        #expect(try await live.drain(url).isEmpty)
    }

    @Test("a message that fails too often reaches the dead-letter queue")
    func deadLetters() async throws {
        let live = try await live()
        let (deadLetters, arn) = try await deadLetterQueue(live)
        let url = try await live.createQueue([
            "RedrivePolicy": #"{"deadLetterTargetArn":"\#(arn)","maxReceiveCount":"2"}"#
        ])
        try await live.send("poison", to: url)
        for count in 1...2 {
            let message = try #require(try await live.receive(url).first)
            #expect(message.receiveCount == count)
            try await live.client.changeMessageVisibility(
                queueURL: url, receiptHandle: message.receiptHandle, timeout: .zero)
        }
        try await eventually(within: .seconds(20), "the message is in the dead-letter queue") {
            guard try await live.receive(url).isEmpty else { return false }
            return try await live.receive(deadLetters, visibility: .zero).map(\.text) == ["poison"]
        }
    }

    @Test("a move task brings dead letters back, or the server says that it knows none")
    func moveTask() async throws {
        let live = try await live()
        let (deadLetters, arn) = try await deadLetterQueue(live)
        let url = try await live.createQueue([
            "RedrivePolicy": #"{"deadLetterTargetArn":"\#(arn)","maxReceiveCount":"2"}"#
        ])
        let destination = try #require(try await live.client.getQueueAttributes(queueURL: url)["QueueArn"])
        try await live.send("lost and found", to: deadLetters)
        let refusal = await failure {
            try await live.client.startMessageMoveTask(sourceARN: arn, destinationARN: destination)
        }
        guard let refusal else {
            try await eventually(within: .seconds(20), "the message is back") {
                try await live.receive(url).map(\.text) == ["lost and found"]
            }
            return
        }
        #expect(live.server.kind != .localstack)
        switch refusal.code {
        case .unsupportedOperation, .serviceFailure: break
        default: #expect(Bool(false), "\(refusal)")
        }
    }

    private func deadLetterQueue(_ live: LiveQueue) async throws -> (url: String, arn: String) {
        let url = try await live.createQueue()
        return (url, try #require(try await live.client.getQueueAttributes(queueURL: url)["QueueArn"]))
    }
}
