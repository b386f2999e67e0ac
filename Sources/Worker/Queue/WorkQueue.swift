import Logging
import SQS

/// The FIFO queue as a consumer sees it, with the attributes that decide how to work on it.
struct WorkQueue: Sendable {
    /// How long a received message stays hidden from others.
    let visibilityTimeout: Duration
    /// How often a message is handed out before it goes to the dead-letter queue; nil when the queue has none.
    let maximumReceives: Int?
    let sqs: SQSClient
    let queueURL: String
    private let logger: Logger

    /// Below this a heartbeat cannot be sent in time.
    private static let shortestVisibilityTimeout = Duration.seconds(10)
    /// How long a poll waits for messages. SQS allows 20 s, but a worker that is told to stop waits for its polls to end.
    private static let waitTime = Duration.seconds(10)

    /// Reads the queue's attributes.
    /// - Throws: ``UnfitQueue`` when no worker could work on it safely; `SQSError`.
    init(sqs: SQSClient, queueURL: String, logger: Logger) async throws {
        self.sqs = sqs
        self.queueURL = queueURL
        self.logger = logger
        let attributes = try await sqs.getQueueAttributes(
            queueURL: queueURL, names: ["FifoQueue", "VisibilityTimeout", "RedrivePolicy"])
        guard attributes["FifoQueue"] == "true" else {
            throw UnfitQueue("the queue is not a FIFO queue: batches of one lane would be applied out of order")
        }
        let visibility = Duration.seconds(attributes["VisibilityTimeout"].flatMap { Int($0) } ?? 0)
        guard visibility >= Self.shortestVisibilityTimeout else {
            throw UnfitQueue(
                "the queue's VisibilityTimeout is \(visibility): set it to \(Self.shortestVisibilityTimeout) or more (120 s is good), "
                    + "or batches are handed to a second worker while the first is at work")
        }
        visibilityTimeout = visibility
        maximumReceives = attributes["RedrivePolicy"].flatMap(RedrivePolicy.init(attribute:))?.maximumReceives
        if maximumReceives == nil {
            logger.warning(
                "the queue has no redrive policy: a batch that cannot be applied blocks its lane until it expires")
        }
    }

    /// Waits for messages: up to 10, for up to 10 seconds.
    func receive(attemptID: String) async throws(SQSError) -> [SQSMessage] {
        try await sqs.receiveMessage(
            queueURL: queueURL, maximumMessages: 10, waitTime: Self.waitTime, visibilityTimeout: nil,
            attemptID: attemptID)
    }

    /// Deletes messages whose work is done. One that stays comes again and is found to be done already.
    func delete(_ messages: [SQSMessage]) async {
        guard !messages.isEmpty else { return }
        let entries = messages.enumerated().map { (id: Self.entryID($0), receiptHandle: $1.receiptHandle) }
        do {
            let result = try await sqs.deleteMessageBatch(queueURL: queueURL, entries: entries)
            for failure in result.failed { warn(Self.notDeleted, named(failure.id, in: messages), failure) }
        } catch {
            warn(Self.notDeleted, messages, error)
        }
    }

    /// Sets for how long messages stay hidden from now on; zero gives them back at once.
    func hide(_ messages: [SQSMessage], for timeout: Duration) async {
        guard !messages.isEmpty else { return }
        let entries = messages.enumerated().map {
            (id: Self.entryID($0), receiptHandle: $1.receiptHandle, timeout: timeout)
        }
        do {
            let result = try await sqs.changeMessageVisibilityBatch(queueURL: queueURL, entries: entries)
            // Refused: the message is someone else's by now, or gone. The ledger decides whose work counts.
            for failure in result.failed { warn(Self.notHidden, named(failure.id, in: messages), failure) }
        } catch {
            warn(Self.notHidden, messages, error)
        }
    }

    // MARK: What went wrong

    private static let notDeleted = "a message was not deleted, it will come again"
    private static let notHidden = "a message's visibility was not changed"

    private static func entryID(_ index: Int) -> String { "m\(index)" }

    private func named(_ entryID: String, in messages: [SQSMessage]) -> [SQSMessage] {
        messages.indices.filter { Self.entryID($0) == entryID }.map { messages[$0] }
    }

    private func warn(_ text: String, _ messages: [SQSMessage], _ error: any Error) {
        for message in messages {
            logger.naming(message).warning("\(text)", metadata: ["error": "\(error)"])
        }
    }
}

/// A queue whose attributes make safe work impossible.
struct UnfitQueue: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
