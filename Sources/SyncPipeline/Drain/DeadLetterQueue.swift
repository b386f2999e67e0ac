package import SQS
package import SyncCore

/// The dead-letter queue, looked into and emptied with care: what is not taken is given back.
///
/// A FIFO queue shows the first ten messages of a lane at most, since it hides a lane while any message of it is in flight.
package struct DeadLetterQueue: Sendable {
    package let sqs: SQSClient
    package let url: String

    package init(sqs: SQSClient, url: String) {
        self.sqs = sqs
        self.url = url
    }

    /// For how long letters are hidden that are taken to be sent again; long enough for that, short enough for a redrive that died.
    private static let visibilityTimeout = Duration.seconds(60)
    /// The same for a look, which must not hinder a redrive, and the time that a look may take.
    package static let lookVisibilityTimeout = Duration.seconds(20)
    private static let longestLook = Duration.seconds(10)

    /// About how many messages it holds.
    package func approximateCount() async throws(SQSError) -> Int {
        let name = "ApproximateNumberOfMessages"
        return Int(try await sqs.getQueueAttributes(queueURL: url, names: [name])[name] ?? "") ?? 0
    }

    /// Every message that the queue shows, within ``longestLook``; all of them are given back.
    package func lookAtAll(clock: PipelineClock = .live) async throws -> [DeadLetter] {
        try await look(limit: .max, clock: clock)
    }

    /// The oldest messages; all of them are given back.
    /// - Parameter limit: messages at most, at least 1.
    package func look(limit: Int, clock: PipelineClock = .live) async throws -> [DeadLetter] {
        var held: [DeadLetter] = []
        let start = clock.now()
        do {
            while held.count < limit, clock.now() - start < Self.longestLook {
                let letters = try await receive(
                    atMost: limit - held.count, visibilityTimeout: Self.lookVisibilityTimeout)
                if letters.isEmpty { break }
                held += letters
            }
        } catch {
            await giveBack(held)
            throw error
        }
        await giveBack(held)
        return held
    }

    /// Takes the next messages into hand; none when the queue has no more to show.
    package func receive(atMost limit: Int) async throws(SQSError) -> [DeadLetter] {
        try await receive(atMost: limit, visibilityTimeout: Self.visibilityTimeout)
    }

    private func receive(
        atMost limit: Int, visibilityTimeout: Duration
    ) async throws(SQSError) -> [DeadLetter] {
        // A wait of a second asks all of the queue's servers, where no wait asks only some.
        try await sqs.receiveMessage(
            queueURL: url, maximumMessages: min(max(limit, 1), SQSLimits.maximumReceivedMessages),
            waitTime: .seconds(1),
            visibilityTimeout: visibilityTimeout
        ).map(DeadLetter.init)
    }

    /// Gives messages back, the later ones of a lane first. One that cannot be given back shows up again within a minute.
    package func giveBack(_ letters: [DeadLetter]) async {
        let reversed = Array(letters.reversed())
        for start in stride(from: 0, to: reversed.count, by: SQSLimits.maximumReceivedMessages) {
            let part = reversed[start..<min(start + SQSLimits.maximumReceivedMessages, reversed.count)]
            _ = try? await sqs.changeMessageVisibilityBatch(
                queueURL: url,
                entries: part.enumerated().map {
                    (id: "m\($0)", receiptHandle: $1.message.receiptHandle, timeout: .zero)
                })
        }
    }

    /// Takes a message out for good. One that is gone already was taken out by a call whose answer was lost: that is a success too.
    package func delete(_ letter: DeadLetter) async throws {
        let result = try await sqs.deleteMessageBatch(
            queueURL: url, entries: [(id: "m0", receiptHandle: letter.message.receiptHandle)])
        if let failure = result.failed.first, !failure.code.hasSuffix("ReceiptHandleIsInvalid") { throw failure }
    }

    /// About how many messages other readers hold at the moment, besides those that this one holds.
    package func approximatelyHeldByOthers(holding own: Int) async throws(SQSError) -> Int {
        let name = "ApproximateNumberOfMessagesNotVisible"
        let all = Int(try await sqs.getQueueAttributes(queueURL: url, names: [name])[name] ?? "") ?? 0
        return max(0, all - own)
    }
}

extension DeadLetterQueue {
    /// Finds the dead-letter queue: the one that was configured, or the one that the queue's redrive policy names.
    package struct Locator: Sendable {
        package let sqs: SQSClient
        /// The queue whose dead letters are meant.
        package let queueURL: String
        /// `SQS_DEAD_LETTER_QUEUE_URL`.
        package let configuredURL: String?

        package init(sqs: SQSClient, queueURL: String, configuredURL: String?) {
            self.sqs = sqs
            self.queueURL = queueURL
            self.configuredURL = configuredURL
        }

        /// - Returns: nil when the queue has no redrive policy.
        package func queue() async throws(SQSError) -> DeadLetterQueue? {
            if let configuredURL { return DeadLetterQueue(sqs: sqs, url: configuredURL) }
            let name = "RedrivePolicy"
            let attribute = try await sqs.getQueueAttributes(queueURL: queueURL, names: [name])[name]
            guard let policy = attribute.flatMap(RedrivePolicy.init(attribute:)) else { return nil }
            return DeadLetterQueue(sqs: sqs, url: try await sqs.getQueueURL(name: policy.deadLetterQueueName))
        }
    }
}
