import Logging
import SQS
import ServiceLifecycle

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One consumer: receives a few messages, works on them one after the other, deletes those that are done.
///
/// Working in the order of the receive keeps each lane in order, since SQS gives a lane's messages to one receiver at a time.
/// When one cannot be applied, the lane goes on without it: SQS hands out the ones behind it only together with it, and would
/// count them into the dead-letter queue with it. When the work is interrupted, the rest of the lane is given back untouched.
struct QueueConsumer: Sendable {
    let queue: WorkQueue
    let applier: BatchApplier
    let shutdown: ShutdownFlag
    let metrics: WorkerMetrics
    let pulse: ConsumerPulse
    let logger: Logger

    /// Consumes until told to stop.
    ///
    /// A poll is never cut off, not even then: the server would go on waiting for messages in the name of a client that is
    /// gone, and hand it some, which would stay hidden for the whole visibility timeout. The poll under way is waited for,
    /// and what it brings is given back.
    func run() async throws {
        var failures = 0
        // A lost answer's messages come again at once when the poll is repeated under the same id.
        var attemptID = UUID().uuidString
        while !shutdown.isSet && !Task.isCancelled {
            do {
                let messages = try await queue.receive(attemptID: attemptID)
                failures = 0
                pulse.polled(true)
                await work(on: messages)
            } catch {
                failures += 1
                metrics.pollFailed()
                pulse.polled(false)
                try await pauseAfter(error, failures: failures)
                if failures < Self.pollsWithOneID { continue }
            }
            attemptID = UUID().uuidString
        }
    }

    /// How often a poll that failed is repeated under one id; AWS keeps what belongs to an id for five minutes.
    private static let pollsWithOneID = 5

    /// - Throws: the error itself when polling again cannot help.
    private func pauseAfter(_ error: SQSError, failures: Int) async throws {
        guard !shutdown.isSet && !Task.isCancelled else { return }
        guard error.isRetryable else { throw error }
        let pause = Duration.seconds(min(20, 1 << min(failures - 1, 5))) * Double.random(in: 0.25...1)
        if failures > 1 {
            // One dropped poll is ordinary.
            logger.warning(
                "polling failed, trying again",
                metadata: ["failures": .stringConvertible(failures), "pause": "\(pause)", "error": "\(error)"])
        }
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
    }

    private func work(on messages: [SQSMessage]) async {
        guard !messages.isEmpty else { return }
        let keeper = VisibilityExtender(queue: queue, messages: messages)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await keeper.run() }
            await work(on: messages, keeper: keeper)
            group.cancelAll()
        }
    }

    private func work(on messages: [SQSMessage], keeper: VisibilityExtender) async {
        var done: [SQSMessage] = []
        var untouched: [SQSMessage] = []
        var rejected: [(message: SQSMessage, pause: Duration)] = []
        var interruptedGroups: Set<String?> = []
        for message in messages {
            if shutdown.isSet || Task.isCancelled || interruptedGroups.contains(message.messageGroupID) {
                untouched.append(message)
                continue
            }
            switch await applier.apply(message) {
            case .done:
                done.append(message)
            case .rejected(let isFinal):
                // After its last receive there is nothing to wait for: the lane is free as soon as the queue moves it away.
                let pause = isFinal ? .zero : ReceiveBackoff.pause(receiveCount: message.receiveCount)
                rejected.append((message, pause))
            case .interrupted:
                interruptedGroups.insert(message.messageGroupID)
                untouched.append(message)
            }
        }
        // What is said to the queue now must be said also when this task was cancelled meanwhile.
        let (finished, returned, poison) = (done, untouched, rejected)
        await Task {
            await queue.delete(finished)
            // The later ones of a lane first, so that none is handed out before its predecessor.
            await queue.hide(returned.reversed(), for: .zero)
            for (message, pause) in poison { await queue.hide([message], for: pause) }
        }.value
        for message in messages { keeper.release(message) }
    }
}
