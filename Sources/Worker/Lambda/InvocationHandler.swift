import AWSClientSupport
import LambdaRuntime
import Logging
import SQS
import ServiceRuntime

/// Works on the messages of one invocation, and says which of them failed.
struct InvocationHandler: Sendable {
    /// Applies messages, until the flag is set.
    let applier: @Sendable (ShutdownFlag, Logger) -> BatchApplier
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
        let deadline = ContinuousClock.now + remaining - Self.margin(remaining)
        let failed = await work(on: LaneWork.lanes(of: event.records), until: deadline, logger: logger)
        logger.debug(
            "invocation answered",
            metadata: [
                "messages": .stringConvertible(event.records.count), "failed": .stringConvertible(failed.count),
            ])
        return .response(Self.response(failed))
    }

    /// - Returns: the identifiers of the messages to report.
    private func work(
        on lanes: [LaneWork], until deadline: ContinuousClock.Instant, logger: Logger
    ) async -> [String] {
        let stop = ShutdownFlag()
        let applier = applier(stop, logger)
        return await withTaskGroup(of: [String]?.self) { group in
            group.addTask {
                try? await Task.sleep(until: deadline, clock: .continuous)
                return nil
            }
            group.addTask { await work(on: lanes, applier, stop) }
            var failed: [String] = []
            for await result in group {
                if let result {
                    failed = result
                } else if !Task.isCancelled, !group.isCancelled {
                    logger.warning("the invocation's time is over: what is not applied is reported as failed")
                    stop.begin()
                }
                group.cancelAll()
            }
            return failed
        }
    }

    private func work(on lanes: [LaneWork], _ applier: BatchApplier, _ stop: ShutdownFlag) async -> [String] {
        await withTaskGroup(of: [String].self) { group in
            var failed: [String] = []
            for (index, lane) in lanes.enumerated() {
                if index >= concurrency, let ended = await group.next() { failed += ended }
                group.addTask { await work(on: lane, applier, stop) }
            }
            for await ended in group { failed += ended }
            return failed
        }
    }

    private func work(on lane: LaneWork, _ applier: BatchApplier, _ stop: ShutdownFlag) async -> [String] {
        var lane = lane
        while !stop.isSet, !Task.isCancelled, let record = lane.next() {
            if let damage = record.damage {
                lane.ended(await applier.refuse(record.message, cause: damage))
            } else {
                lane.ended(await applier.apply(record.message))
            }
        }
        lane.close()
        return lane.failed
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
