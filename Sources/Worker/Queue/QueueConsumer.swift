import Backoff
import SQS
import ServiceLifecycle
import SyncCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One consumer: receives a few messages, works them off lane by lane, deletes what is done and gives back what is not.
///
/// SQS gives a lane's messages to one receiver at a time, so each lane stays in order. While the world is unavailable the consumer
/// receives nothing and keeps what it holds hidden.
struct QueueConsumer: Sendable {
    let queue: WorkQueue
    let applier: BatchApplier
    let gate: WorldGate
    let shutdown: ShutdownFlag
    let metrics: WorkerMetrics
    let pulse: ConsumerPulse
    /// Waits for so long, and no longer than until the worker is told to stop.
    let pause: @Sendable (Duration) async -> Void

    init(
        queue: WorkQueue, applier: BatchApplier, gate: WorldGate, shutdown: ShutdownFlag, metrics: WorkerMetrics,
        pulse: ConsumerPulse, pause: (@Sendable (Duration) async -> Void)? = nil
    ) {
        self.queue = queue
        self.applier = applier
        self.gate = gate
        self.shutdown = shutdown
        self.metrics = metrics
        self.pulse = pulse
        self.pause = pause ?? { await shutdown.sleep(for: $0) }
    }

    /// How often a poll that failed is repeated under one id. AWS keeps what belongs to an id for five minutes.
    private static let pollsWithOneID = 5
    /// How long what the last poll brings is worked on. With the poll it stays within the 30 s that a container is given.
    private static let finishingTime = Duration.seconds(5)
    /// Between polls that fail. A poll is its own probe.
    private static let pollBackoff = Backoff(base: .seconds(1), cap: .seconds(20), jitter: .half)

    /// Consumes until told to stop. Nothing else ends it: a queue that is unavailable is asked again with backoff.
    ///
    /// A poll is never cut off, not even then: the server would go on waiting for messages for a client that is gone, and
    /// hand it some, which would stay hidden for the whole visibility timeout. The poll under way is waited for, and what it
    /// brings is applied. Given back, it would come to the last poll of the next worker that stops, and each time uses up a
    /// receive: when all are told to stop at once, it would end as a dead letter.
    func run() async {
        var failures = 0
        // A lost answer's messages come again at once when the poll is repeated under the same id.
        var attemptID = UUID().uuidString
        while await gate.pass(until: nil, stop: shutdown, step: { pulse.step() }) == .open {
            do {
                let messages = try await queue.receive(attemptID: attemptID)
                failures = 0
                pulse.step()
                gate.recovered(.queue)
                await work(on: messages)
            } catch {
                failures += 1
                await waitAfter(error, failures: failures)
                if failures < Self.pollsWithOneID { continue }
            }
            attemptID = UUID().uuidString
        }
    }

    private func waitAfter(_ error: SQSError, failures: Int) async {
        metrics.pollFailed()
        pulse.step()
        guard !shutdown.isSet, !Task.isCancelled else { return }
        // One dropped poll is ordinary.
        if failures > 1 || !error.isRetryable { gate.failed(.queue, reason: "\(error)", isCertain: true) }
        await pause(Self.pollBackoff.pause(afterFailures: failures))
    }

    private func work(on messages: [SQSMessage]) async {
        guard !messages.isEmpty else { return }
        let extender = VisibilityExtender(queue: queue, messages: messages)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await extender.run() }
            await work(on: messages, extender)
            group.cancelAll()
        }
    }

    private func work(on messages: [SQSMessage], _ extender: VisibilityExtender) async {
        let policy = LanePolicy.queue
        let deadline = policy.longestHold.map { ContinuousClock.now + $0 }
        let finishesBy = shutdown.isSet ? ContinuousClock.now + Self.finishingTime : nil
        let runner = LaneRunner(
            applier: applier, gate: gate, stop: shutdown, pulse: pulse, finishesBy: finishesBy, pause: pause)
        var fates: [(message: ReceivedMessage, fate: LaneRunner.Lane.Fate)] = []
        for var lane in LaneWork.lanes(of: messages.map { ReceivedMessage(message: $0) }, policy: policy, lane: \.lane)
        {
            await runner.work(on: &lane, until: deadline)
            fates += lane.fates
        }
        // What is said to the queue now must be said also when this task was cancelled meanwhile.
        await Task { [fates] in
            await extender.release(messages)
            await settle(fates)
        }.value
    }

    private func settle(_ fates: [(message: ReceivedMessage, fate: LaneRunner.Lane.Fate)]) async {
        var done: [SQSMessage] = []
        var returned: [(pause: Duration, messages: [SQSMessage])] = []
        for (received, fate) in fates {
            switch fate {
            case .delete: done.append(received.message)
            case .handBack(let pause):
                if let index = returned.firstIndex(where: { $0.pause == pause }) {
                    returned[index].messages.append(received.message)
                } else {
                    returned.append((pause, [received.message]))
                }
            }
        }
        await queue.delete(done)
        for (pause, messages) in returned {
            // Given back at once, the later ones of a lane come first, so that none is handed out before its predecessor. With a
            // pause it is the other way round: the first one is to be visible first.
            await queue.hide(pause == .zero ? messages.reversed() : messages, for: pause)
        }
    }
}
