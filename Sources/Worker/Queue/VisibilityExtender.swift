import SQS
import Synchronization

/// Keeps received messages hidden from other workers for as long as the work on them takes.
///
/// A message that was released is not extended any more: an extension that reached SQS after the message was given back would hide
/// it, and so its lane, for a whole visibility timeout.
final class VisibilityExtender: Sendable {
    private struct State {
        var held: [String: SQSMessage]
        var isExtending = false
        /// Those who wait for the end of the extension under way.
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>
    private let interval: Duration
    private let extend: @Sendable ([SQSMessage]) async -> Void
    private let sleep: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - interval: the time between two extensions.
    ///   - sleep: waits; ends when its task is cancelled.
    ///   - extend: hides messages for another visibility timeout.
    init(
        _ messages: [SQSMessage], interval: Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        extend: @escaping @Sendable ([SQSMessage]) async -> Void
    ) {
        state = Mutex(
            State(held: Dictionary(messages.map { ($0.receiptHandle, $0) }, uniquingKeysWith: { first, _ in first })))
        self.interval = interval
        self.sleep = sleep
        self.extend = extend
    }

    convenience init(queue: WorkQueue, messages: [SQSMessage]) {
        self.init(messages, interval: queue.visibilityTimeout / 3) { messages in
            await queue.hide(messages, for: queue.visibilityTimeout)
        }
    }

    /// Lets go of messages that are done, or are about to be given back. Returns when no extension of them is under way.
    func release(_ messages: [SQSMessage]) async {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                for message in messages { state.held[message.receiptHandle] = nil }
                if state.isExtending { state.waiters.append(continuation) }
                return state.isExtending
            }
            if !mustWait { continuation.resume() }
        }
    }

    /// Extends all messages still held, again and again. Ends when cancelled, after the extension under way.
    func run() async {
        while !Task.isCancelled {
            do { try await sleep(interval) } catch { return }
            guard !Task.isCancelled, let messages = begin() else { return }
            // Not cut off: a request that was broken off here may still reach SQS, at any time.
            await Task { [extend] in await extend(messages) }.value
            end()
        }
    }

    /// - Returns: the messages to extend; nil when none is held.
    private func begin() -> [SQSMessage]? {
        state.withLock { state in
            guard !state.held.isEmpty else { return nil }
            state.isExtending = true
            return Array(state.held.values)
        }
    }

    private func end() {
        let waiters = state.withLock { state in
            state.isExtending = false
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
