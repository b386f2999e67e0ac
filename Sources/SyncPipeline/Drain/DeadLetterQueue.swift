package import SQS

/// The dead-letter queue, looked into and emptied with care: what is not taken is given back.
///
/// A FIFO queue shows the first ten messages of a lane at most, since it hides a lane while any message of it is in hand.
package struct DeadLetterQueue: Sendable {
    package let sqs: SQSClient
    package let url: String

    package init(sqs: SQSClient, url: String) {
        self.sqs = sqs
        self.url = url
    }

    /// For how long a look hides what it sees; long enough for the look, short enough for a look that died.
    private static let visibilityTimeout = Duration.seconds(60)

    /// About how many messages it holds.
    package func approximateCount() async throws(SQSError) -> Int {
        let name = "ApproximateNumberOfMessages"
        return Int(try await sqs.getQueueAttributes(queueURL: url, names: [name])[name] ?? "") ?? 0
    }

    /// The oldest messages; all of them are given back.
    /// - Parameter limit: messages at most, at least 1.
    package func look(limit: Int) async throws -> [DeadLetter] {
        var held: [DeadLetter] = []
        do {
            while held.count < limit {
                let letters = try await receive(atMost: limit - held.count)
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
        // A wait of a second asks all of the queue's servers, where no wait asks only some.
        try await sqs.receiveMessage(
            queueURL: url, maximumMessages: min(max(limit, 1), SQSLimits.maximumReceivedMessages),
            waitTime: .seconds(1),
            visibilityTimeout: Self.visibilityTimeout
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

    /// Takes a message out for good.
    package func delete(_ letter: DeadLetter) async throws {
        let result = try await sqs.deleteMessageBatch(
            queueURL: url, entries: [(id: "m0", receiptHandle: letter.message.receiptHandle)])
        if let failure = result.failed.first { throw failure }
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
