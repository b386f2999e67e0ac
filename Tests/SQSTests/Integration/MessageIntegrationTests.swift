import SQS
import TestSupport
import Testing

@Suite("Messages on a real server", .timeLimit(.minutes(3)))
struct MessageIntegrationTests {
    private func live(limits: SQSLimits = SQSLimits()) async throws -> LiveQueue {
        try LiveQueue(try await SQSServer.shared(), limits: limits)
    }

    @Test("a full batch arrives as it was sent, byte by byte and in order, and is deleted")
    func roundTrip() async throws {
        let live = try await live()
        let url = try await live.createQueue()
        // Tabs, line ends, quotes, backslashes, DEL, one to four bytes of UTF-8, the last allowed character of each plane.
        let text =
            "user-sync/1\t7\t\"\\N\\x01\"\r\n\u{7F}\u{85}é€\u{2028}\u{D7FF}\u{E000}\u{FFFD}😀\u{10FFFF}<&>]]>{}\u{200B}"
        let entries = (0..<10).map {
            SendMessageBatchEntry(
                id: "\($0)", body: Array("\($0) \(text)".utf8), messageGroupID: "lane-1", deduplicationID: "1-1-\($0)",
                attributes: ["kind": "test é"])
        }
        let sent = try await live.client.sendMessageBatch(queueURL: url, entries: entries)
        #expect(sent.failed.isEmpty)
        #expect(sent.successful.map(\.id) == (0..<10).map(String.init))
        // Numbers of 20 digits, which need not fit 64 bits.
        let numbers = sent.successful.compactMap(\.sequenceNumber)
        #expect(numbers.count == 10)
        if live.server.kind != .moto {
            // moto draws them at random.
            #expect(numbers == numbers.sorted { ($0.count, $0) < ($1.count, $1) })
        }

        let messages = try await live.drain(url)
        #expect(messages.map(\.body) == entries.map(\.body))
        #expect(messages.map(\.messageID) == sent.successful.map(\.messageID))
        for (message, entry) in zip(messages, entries) {
            #expect(message.messageGroupID == "lane-1")
            #expect(message.deduplicationID == entry.deduplicationID)
            #expect(message.receiveCount == 1)
            #expect(message.attributes == ["kind": "test é"])
            #expect((message.sentTimestamp ?? 0) > 1_700_000_000_000)
        }
        #expect(try await live.receive(url).isEmpty)
    }

    @Test("a call of the greatest size is taken")
    func fullCall() async throws {
        let live = try await live()
        let url = try await live.createQueue()
        let line = "123456\t1788093360000000\t0\tana\tana@example.com\n"
        let body = Array(String(repeating: line, count: 262_144 / 10 / line.utf8.count).utf8)
        let entries = (0..<10).map {
            SendMessageBatchEntry(id: "\($0)", body: body, messageGroupID: "lane-\($0)", deduplicationID: "\($0)")
        }
        #expect(try await live.client.sendMessageBatch(queueURL: url, entries: entries).failed.isEmpty)
        let messages = try await live.drain(url)
        #expect(messages.count == 10)
        #expect(messages.allSatisfy { $0.body == body })
    }

    @Test("a message of 1 MiB passes when the limit is raised to what AWS takes")
    func oneMebibyte() async throws {
        let live = try await live(limits: SQSLimits(maximumMessageBytes: 1 << 20, maximumCallBytes: 1 << 20))
        let url = try await live.createQueue(["MaximumMessageSize": "1048576"])
        let body = String(repeating: "0123456\t", count: 1 << 17)
        try await live.send(body, to: url)
        #expect(try await live.drain(url).map(\.text) == [body])
    }

    @Test("a poll waits for a message as long as it was told, and no longer than until one comes")
    func longPoll() async throws {
        let live = try await live()
        let url = try await live.createQueue()
        let clock = ContinuousClock()
        var messages: [SQSMessage] = []
        let empty = try await clock.measure { messages = try await live.receive(url, wait: 2) }
        #expect(messages.isEmpty)
        #expect(empty > .milliseconds(1_500) && empty < .seconds(10))

        async let received = live.receive(url, wait: 20)
        try await Task.sleep(for: .milliseconds(500))
        let sent = clock.now
        try await live.send("hello", to: url)
        messages = try await received
        #expect(messages.map(\.text) == ["hello"])
        #expect(clock.now - sent < .seconds(15))
    }

    @Test("a poll that is cancelled ends at once")
    func cancelledPoll() async throws {
        let live = try await live()
        let url = try await live.createQueue()
        let poll = Task { await failure { try await live.receive(url, wait: 20) } }
        try await Task.sleep(for: .milliseconds(500))
        let clock = ContinuousClock()
        let start = clock.now
        poll.cancel()
        let error = await poll.value
        #expect(clock.now - start < .seconds(2))
        guard case .cancelled? = error?.code else { return #expect(Bool(false), "\(String(describing: error))") }
    }

    @Test("while a message of a group is in flight, no later one of the group is given to anyone; others are")
    func groupLock() async throws {
        let live = try await live()
        let url = try await live.createQueue()
        try await live.send("a1", to: url, group: "a")
        try await live.send("a2", to: url, group: "a")
        try await live.send("b1", to: url, group: "b")
        let first = try #require(try await live.receive(url, maximum: 1).first)
        #expect(first.text == "a1")
        #expect(try await live.receive(url).map(\.text) == ["b1"])
        #expect(try await live.delete([first], from: url).failed.isEmpty)
        #expect(try await live.receive(url, wait: 5).map(\.text) == ["a2"])
    }

    @Test("a message given back comes again at once, and counts the receive")
    func giveBack() async throws {
        let live = try await live()
        let url = try await live.createQueue()
        for number in 0..<3 { try await live.send("m\(number)", to: url, group: "g\(number)") }
        let first = try await live.receive(url)
        #expect(first.count == 3)
        let extended = try await live.client.changeMessageVisibilityBatch(
            queueURL: url, entries: first.enumerated().map { ("\($0.offset)", $0.element.receiptHandle, .seconds(600)) }
        )
        #expect(extended.successful == ["0", "1", "2"])
        #expect(extended.failed.isEmpty)
        #expect(try await live.receive(url).isEmpty)
        let returned = try await live.client.changeMessageVisibilityBatch(
            queueURL: url, entries: first.enumerated().map { ("\($0.offset)", $0.element.receiptHandle, .zero) })
        #expect(returned.failed.isEmpty)
        let again = try await live.receive(url)
        #expect(Set(again.map(\.text)) == ["m0", "m1", "m2"])
        #expect(again.allSatisfy { $0.receiveCount == 2 })
        try await live.client.changeMessageVisibility(
            queueURL: url, receiptHandle: again[0].receiptHandle, timeout: .zero)
        #expect(try await live.receive(url).map(\.messageID) == [again[0].messageID])
    }

    @Test("a message sent twice with one deduplication ID is taken twice and delivered once")
    func deduplication() async throws {
        let live = try await live()
        let url = try await live.createQueue()
        for _ in 0..<2 { try await live.send("once", to: url, deduplicationID: "7-1-42") }
        #expect(try await live.drain(url).map(\.text) == ["once"])
    }

    @Test(
        "a message that is gone, or whose handle is nobody's, counts as deleted: an earlier answer may have been lost")
    func deletedAgain() async throws {
        let live = try await live()
        let url = try await live.createQueue()
        try await live.send("m", to: url)
        let message = try #require(try await live.receive(url).first)
        for _ in 0..<2 {
            let result = try await live.client.deleteMessageBatch(
                queueURL: url, entries: [("good", message.receiptHandle), ("gone", "no-such-handle")])
            #expect(Set(result.successful) == ["good", "gone"])
            #expect(result.failed.isEmpty)
        }
        #expect(try await live.receive(url).isEmpty)
    }

    @Test("a receipt handle of nothing cannot extend a visibility, and the error says so")
    func badReceiptHandle() async throws {
        let live = try await live()
        let url = try await live.createQueue()
        let error = try #require(
            await failure {
                try await live.client.changeMessageVisibility(
                    queueURL: url, receiptHandle: "no-such-handle", timeout: .seconds(1))
            })
        guard case .receiptHandleIsInvalid = error.code else { return #expect(Bool(false), "\(error)") }
        #expect(!error.isRetryable)
    }
}
