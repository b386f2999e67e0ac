import SQS
import Synchronization

/// Keeps the messages in hand hidden from other workers for as long as the work on them takes.
final class VisibilityExtender: Sendable {
    private let queue: WorkQueue
    private let held: Mutex<[String: SQSMessage]>

    init(queue: WorkQueue, messages: [SQSMessage]) {
        self.queue = queue
        self.held = Mutex(
            Dictionary(messages.map { ($0.receiptHandle, $0) }, uniquingKeysWith: { first, _ in first }))
    }

    /// Lets go of a message: it is done, or given back.
    func release(_ message: SQSMessage) {
        held.withLock { $0[message.receiptHandle] = nil }
    }

    /// Extends all messages still held, three times within each visibility timeout; ends when cancelled.
    func run() async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: queue.visibilityTimeout / 3) } catch { return }
            let messages = held.withLock { Array($0.values) }
            await queue.hide(messages, for: queue.visibilityTimeout)
        }
    }
}
