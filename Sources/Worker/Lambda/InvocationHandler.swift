import AWSClientSupport
import LambdaRuntime
import Logging
import SQS
import ServiceRuntime
import SyncCore
import Synchronization

/// Works on the messages of one invocation, and says which of them failed.
struct InvocationHandler: Sendable {
    /// Works off lanes, until the flag is set.
    let runner: @Sendable (ShutdownFlag, Logger) -> LaneRunner
    /// Lanes worked on at once.
    let concurrency: Int
    let logger: Logger

    /// What is kept back of an invocation's time to undo what is under way and to answer: a tenth of it, within bounds.
    private static func margin(_ remaining: Duration) -> Duration {
        max(.milliseconds(500), min(remaining / 10, .seconds(5)))
    }

    /// - Parameter now: milliseconds since 1970.
    func answer(_ invocation: LambdaInvocation, now: Int64) async -> LambdaLoop.Answer {
        var logger = logger
        logger[metadataKey: "request_id"] = "\(invocation.requestID)"
        if let trace = invocation.traceHeader { logger[metadataKey: "xray_trace"] = "\(trace)" }
        let event: QueueEvent
        do {
            event = try QueueEvent(json: invocation.event)
        } catch {
            logger.error("an invocation cannot be worked on", metadata: ["error": "\(error)"])
            return .failure(LambdaFailure(type: "Worker.InvalidEvent", message: "\(error)"))
        }
        let remaining = Duration.milliseconds(invocation.deadline - now)
        let deadline = ContinuousClock.now + remaining
        let margin = Self.margin(remaining)
        let done = DoneMessages()
        let messages = event.records.map { ReceivedMessage(message: $0.message, damage: $0.damage) }
        await work(
            on: LaneWork.lanes(of: messages, policy: .lambda, lane: \.lane), done,
            stopAt: deadline - margin, answerAt: deadline - margin / 2, logger: logger)
        let failed = done.others(of: messages)
        logger.debug(
            "invocation answered",
            metadata: [
                "messages": .stringConvertible(event.records.count), "failed": .stringConvertible(failed.count),
            ])
        return .response(Self.response(failed))
    }

    private enum Moment: Sendable { case finished, stop, answer }

    /// Works on the lanes until they are over or the time is.
    ///
    /// The answer does not wait for work that does not end when it is told to, such as a statement on a connection that has gone
    /// silent. What such work still commits is found in the ledger when its message comes again.
    private func work(
        on lanes: [LaneRunner.Lane], _ done: DoneMessages, stopAt: ContinuousClock.Instant,
        answerAt: ContinuousClock.Instant, logger: Logger
    ) async {
        let stop = ShutdownFlag()
        let runner = runner(stop, logger)
        let (moments, moment) = AsyncStream.makeStream(of: Moment.self)
        let work = Task {
            await self.work(on: lanes, runner, done)
            moment.yield(.finished)
        }
        let timer = Task {
            try await Task.sleep(until: stopAt, clock: .continuous)
            moment.yield(.stop)
            try await Task.sleep(until: answerAt, clock: .continuous)
            moment.yield(.answer)
        }
        // Not cut off with this task: what is under way is undone first, as when the time is over.
        let supervision = Task {
            for await moment in moments {
                guard moment == .stop else { return }
                logger.warning("the invocation's time is over: what is not applied is reported as failed")
                stop.begin()
                work.cancel()
            }
        }
        await withTaskCancellationHandler {
            await supervision.value
        } onCancel: {
            stop.begin()
            work.cancel()
        }
        timer.cancel()
    }

    private func work(on lanes: [LaneRunner.Lane], _ runner: LaneRunner, _ done: DoneMessages) async {
        await withDiscardingTaskGroup { group in
            let lanes = LaneQueue(lanes)
            for _ in 0..<concurrency {
                group.addTask {
                    while var lane = lanes.next() {
                        await runner.work(on: &lane, until: nil) { received, end in
                            if end == .done { done.add(received) }
                        }
                    }
                }
            }
        }
    }

    /// The answer that makes Lambda keep the named messages in the queue, and delete the others.
    static func response(_ failed: [String]) -> [UInt8] {
        var json = JSONWriter(reservingCapacity: 64 * (failed.count + 1))
        json.beginObject()
        json.name("batchItemFailures")
        json.beginArray()
        for identifier in failed {
            json.beginObject()
            json.member("itemIdentifier", identifier)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }
}

/// The messages of an invocation that Lambda can delete.
private final class DoneMessages: Sendable {
    private let identifiers = Mutex<Set<String>>([])

    func add(_ received: ReceivedMessage) {
        identifiers.withLock { _ = $0.insert(received.message.messageID) }
    }

    /// The identifiers of all others, in the order of the event.
    func others(of messages: [ReceivedMessage]) -> [String] {
        let done = identifiers.withLock { $0 }
        return messages.map(\.message.messageID).filter { !done.contains($0) }
    }
}

/// Hands out the lanes of an invocation, each once.
private final class LaneQueue: Sendable {
    private let rest: Mutex<ArraySlice<LaneRunner.Lane>>

    init(_ lanes: [LaneRunner.Lane]) {
        rest = Mutex(lanes[...])
    }

    func next() -> LaneRunner.Lane? { rest.withLock { $0.popFirst() } }
}
