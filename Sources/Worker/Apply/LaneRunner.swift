import Logging
import SyncCore

/// Works off lanes: one message after the other, in order, until each has an end.
///
/// The worker that polls the queue and the worker in Lambda both use it. They differ in their ``LanePolicy``.
struct LaneRunner: Sendable {
    typealias Lane = LaneWork<ReceivedMessage>

    let applier: BatchApplier
    let gate: WorldGate
    /// Ends the work on these lanes.
    let stop: ShutdownFlag
    /// Where the consumer shows that it is alive; nil where nobody asks.
    let pulse: ConsumerPulse?
    /// For lanes that came when the worker had been told to stop already: they are worked on until then, as long as nothing fails.
    let finishesBy: ContinuousClock.Instant?
    /// Waits for so long, and no longer than until the worker is told to stop.
    let pause: @Sendable (Duration) async -> Void

    init(
        applier: BatchApplier, gate: WorldGate, stop: ShutdownFlag, pulse: ConsumerPulse?,
        finishesBy: ContinuousClock.Instant? = nil, pause: (@Sendable (Duration) async -> Void)? = nil
    ) {
        self.finishesBy = finishesBy
        self.applier = applier
        self.gate = gate
        self.stop = stop
        self.pulse = pulse
        self.pause = pause ?? { await stop.sleep(for: $0) }
    }

    /// Works off a lane until it is over, or until `deadline` passes while the world is unavailable.
    /// - Parameter ended: told of each message that has its end, and of no other.
    func work(
        on lane: inout Lane, until deadline: ContinuousClock.Instant?,
        ended: (ReceivedMessage, Lane.End) -> Void = { _, _ in }
    ) async {
        while let received = lane.next {
            let outcome: Lane.End =
                await passes(holding: .batch, until: deadline)
                ? await end(of: received, until: deadline) : .interrupted
            lane.ended(outcome)
            if outcome != .interrupted { ended(received, outcome) }
        }
    }

    private func end(of received: ReceivedMessage, until deadline: ContinuousClock.Instant?) async -> Lane.End {
        switch applier.content(of: received) {
        case .batch(let batch): return await end(of: received, batch, until: deadline)
        case .unreadable(let cause): return await end(of: received, nil, refusedFor: cause, until: deadline)
        case .newer(let reason):
            // No probe can help. The message waits for a worker that can read it, or for the end of the hold. Another consumer that
            // held one too, and whose hold is over, opens the gate: close it again.
            repeat {
                gate.failed(.release, reason: reason, isCertain: true)
            } while await passes(holding: .batch, until: deadline)
            gate.batchAbandoned()
            gate.recovered(.release)
            return .interrupted
        }
    }

    /// Tries a message until there is an end. A try that fails because of the world is made again once the world is sound.
    ///
    /// - Parameters:
    ///   - batch: what it holds; nil when it cannot be read.
    ///   - refusedFor: why it cannot be applied, when that is known before the first try.
    private func end(
        of received: ReceivedMessage, _ batch: DecodedBatch?, refusedFor cause: String? = nil,
        until deadline: ContinuousClock.Instant?
    ) async -> Lane.End {
        var cause = cause
        var isRecordNeeded = true
        var trial = BatchTrial()
        var appliedBefore = gate.appliedBatches
        while true {
            switch await attempt(received, batch, cause, isRecordNeeded) {
            case .done:
                gate.batchApplied()
                return .done
            case .rejected(let reason):
                gate.batchRejected()
                cause = reason
                trial = BatchTrial()
            case .refused(let refusal):
                gate.batchAbandoned()
                return .refused(refusal)
            case .interrupted:
                gate.batchAbandoned()
                return .interrupted
            case .failed(let fault):
                applier.metrics.retriesDatabase()
                trial.failed(
                    isBeyondBatch: fault.isBeyondBatch, othersWereApplied: gate.appliedBatches > appliedBefore)
                appliedBefore = gate.appliedBatches
                if trial.isConvicted {
                    // When the refusal cannot be put on record either, it is told by the log alone.
                    isRecordNeeded = cause == nil
                    cause = cause ?? trial.conviction(fault.reason)
                    trial = BatchTrial()
                    continue
                }
                gate.failed(fault.dependency, reason: fault.reason, isCertain: fault.isBeyondBatch)
                guard await passes(holding: .failedBatch, until: deadline) else { return .interrupted }
                trial.probeSucceeded()
                applier.logger(for: received, batch).notice(
                    "a message is tried again: the database is available without it",
                    metadata: ["error": "\(fault.reason)", "strikes": .stringConvertible(trial.strikes)])
                await pause(trial.pause(random: .random(in: 0..<1)))
            }
        }
    }

    private func attempt(
        _ received: ReceivedMessage, _ batch: DecodedBatch?, _ cause: String?, _ isRecordNeeded: Bool
    ) async -> BatchApplier.Attempt {
        defer { pulse?.step() }
        if let batch, cause == nil { return await applier.apply(batch, of: received) }
        return await applier.refuse(received, batch, cause: cause ?? "", isRecordNeeded: isRecordNeeded)
    }

    private func passes(holding waiter: TrialPassage.Waiter, until deadline: ContinuousClock.Instant?) async -> Bool {
        if let finishesBy {
            return waiter == .batch && !gate.isClosed && ContinuousClock.now < finishesBy && !Task.isCancelled
        }
        return await gate.pass(holding: waiter, until: deadline, stop: stop) { pulse?.step() } == .open
    }
}
