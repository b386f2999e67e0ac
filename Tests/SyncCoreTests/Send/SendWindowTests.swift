import Backoff
import SyncCore
import TestSupport
import Testing

@Suite("Send window")
struct SendWindowTests {
    private let start = ContinuousClock.now
    private var generator = SeededGenerator(seed: 3)

    private static func batch(_ number: Int64, lane: Int, bytes: Int = 100) -> Batch {
        Batch(
            identity: MessageIdentity(syncID: 1, attempt: 1, number: number, lane: lane), users: 2,
            body: [UInt8](repeating: 0x61, count: bytes))
    }

    /// A window in which the batches were put at `start`.
    private func holding(_ batches: [Batch], _ configuration: SendWindow.Configuration = .init()) throws -> SendWindow {
        var window = SendWindow(configuration)
        for batch in batches {
            try window.enqueue(batch, at: start)
        }
        return window
    }

    @Test("a call holds at most ten batches, each of another lane")
    func tenEntries() throws {
        var window = try holding((0..<25).map { Self.batch($0, lane: Int($0) % 13) })
        #expect(window.nextCall(at: start)?.map(\.number) == Array(0..<10))
        window.close()
        #expect(window.nextCall(at: start)?.map(\.number) == [10, 11, 12])
        #expect(window.nextCall(at: start) == nil)
        #expect(window.inFlightCount == 13)
        #expect(window.count == 25)
    }

    @Test("a lane's next batch follows only when the one before was stored")
    func laneInOrder() throws {
        var window = try holding([Self.batch(1, lane: 0), Self.batch(2, lane: 0)])
        #expect(window.nextCall(at: start)?.map(\.number) == [1])
        #expect(window.nextCall(at: start) == nil)
        window.succeeded([1], at: start)
        #expect(window.nextCall(at: start)?.map(\.number) == [2])
        window.succeeded([2], at: start)
        #expect(window.isEmpty)
        #expect(window.bytes == 0)
        #expect(window.counters.sent == 2)
        #expect(window.counters.usersSent == 4)
        #expect(window.counters.bytesSent == 200)
    }

    @Test(
        "a call stays within the byte limit, attributes included, and takes smaller batches behind one that does not fit"
    )
    func byteLimit() throws {
        let configuration = SendWindow.Configuration(maximumCallBytes: 1000, attributeBytesPerEntry: 100)
        var window = try holding(
            [
                Self.batch(1, lane: 1, bytes: 500), Self.batch(2, lane: 2, bytes: 301),
                Self.batch(3, lane: 3, bytes: 300), Self.batch(4, lane: 4, bytes: 900),
            ],
            configuration
        )
        #expect(window.nextCall(at: start)?.map(\.number) == [1, 3])
        // The one passed over comes first now.
        #expect(window.nextCall(at: start)?.map(\.number) == [2])
        #expect(window.nextCall(at: start + .seconds(1))?.map(\.number) == [4])
    }

    @Test("while a call is in flight, one that could still be filled waits, but not longer than the linger")
    func waitsToFill() throws {
        var window = try holding([Self.batch(1, lane: 1)])
        #expect(window.nextCall(at: start)?.count == 1)
        try window.enqueue(Self.batch(2, lane: 2), at: start + .milliseconds(1))
        #expect(window.nextCall(at: start + .milliseconds(2)) == nil)
        let wakeup = try #require(window.nextWakeup)
        #expect(wakeup == start + .milliseconds(51))
        try window.enqueue(Self.batch(3, lane: 3), at: start + .milliseconds(5))
        #expect(window.nextCall(at: wakeup - .nanoseconds(1)) == nil)
        #expect(window.nextCall(at: wakeup)?.map(\.number) == [2, 3])
        #expect(window.nextWakeup == nil)
    }

    @Test("a call that is full enough does not wait")
    func fullCallGoes() throws {
        var window = try holding([Self.batch(1, lane: 1, bytes: 1000)], .init(maximumCallBytes: 1000))
        #expect(window.nextCall(at: start)?.count == 1)
        try window.enqueue(Self.batch(2, lane: 2, bytes: 400), at: start)
        #expect(window.nextCall(at: start) == nil)
        try window.enqueue(Self.batch(3, lane: 3, bytes: 400), at: start)
        #expect(window.nextCall(at: start)?.map(\.number) == [2, 3])
    }

    @Test("when nothing is in flight, or nothing more will come, a call goes at once")
    func goesAtOnce() throws {
        var window = try holding([Self.batch(1, lane: 1)])
        #expect(window.nextCall(at: start)?.count == 1)
        try window.enqueue(Self.batch(2, lane: 2), at: start)
        window.close()
        #expect(window.nextCall(at: start)?.map(\.number) == [2])
    }

    @Test("a failed entry is retried alone, after a wait, before later batches of its lane")
    mutating func retriesAlone() throws {
        var window = try holding([Self.batch(1, lane: 1), Self.batch(2, lane: 2), Self.batch(3, lane: 1)])
        #expect(window.nextCall(at: start)?.map(\.number) == [1, 2])
        let outcome = window.failed(1, retryable: true, at: start, using: &generator)
        window.succeeded([2], at: start)
        guard case .retries(attempts: 1, let notBefore) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(notBefore > start && notBefore <= start + .milliseconds(250))
        #expect(window.nextWakeup == notBefore)
        #expect(window.nextCall(at: notBefore - .nanoseconds(1)) == nil)
        #expect(window.nextCall(at: notBefore)?.map(\.number) == [1])
        window.succeeded([1], at: notBefore)
        #expect(window.nextCall(at: notBefore)?.map(\.number) == [3])
        #expect(window.counters.retries == 1)
    }

    @Test("a batch is tried as long as patience allows, waits double up to a cap, and one given up is handed back")
    mutating func boundedPatience() throws {
        let backoff = Backoff(base: .seconds(1), cap: .seconds(5), jitter: .none)
        let configuration = SendWindow.Configuration(patience: Patience(limit: .seconds(17), backoff: backoff))
        let batches = [Self.batch(1, lane: 1), Self.batch(2, lane: 1)]
        var window = try holding(batches, configuration)
        var now = start
        for (attempt, pause) in zip(1...5, [1, 2, 4, 5, 5]) {
            #expect(window.nextCall(at: now)?.map(\.number) == [1])
            let outcome = window.failed(1, retryable: true, at: now, using: &generator)
            #expect(outcome == .retries(attempts: attempt, notBefore: now + .seconds(pause)))
            now += .seconds(pause)
        }
        #expect(window.nextCall(at: now)?.map(\.number) == [1])
        let last = window.failed(1, retryable: true, at: now, using: &generator)
        #expect(last == .givenUp(batches[0], attempts: 6))
        #expect(window.counters.givenUp == 1)
        // The next batch of the lane starts with all of it.
        #expect(window.nextCall(at: now)?.map(\.number) == [2])
        guard case .retries(attempts: 1, _) = window.failed(2, retryable: true, at: now, using: &generator) else {
            Issue.record("the attempts of one batch were counted for the next")
            return
        }
    }

    @Test("a final failure is not retried")
    mutating func finalFailure() throws {
        let batches = [Self.batch(1, lane: 1)]
        var window = try holding(batches)
        _ = window.nextCall(at: start)
        let outcome = window.failed(1, retryable: false, at: start, using: &generator)
        #expect(outcome == .givenUp(batches[0], attempts: 1))
        #expect(window.isEmpty)
        #expect(window.nextCall(at: start + .seconds(60)) == nil)
    }

    @Test("a full window refuses, and has room again when a batch is settled")
    func backPressure() throws {
        var window = try holding([Self.batch(1, lane: 1), Self.batch(2, lane: 2)], .init(maximumBatches: 2))
        #expect(!window.hasRoom)
        #expect(throws: SendWindowError.full(maximumBatches: 2)) {
            try window.enqueue(Self.batch(3, lane: 3), at: start)
        }
        _ = window.nextCall(at: start)
        #expect(!window.hasRoom)
        window.succeeded([2], at: start)
        #expect(window.hasRoom)
        try window.enqueue(Self.batch(3, lane: 3), at: start)
        #expect(window.count == 2)
    }

    @Test("what can never be sent in order or at all is refused at the door")
    func refusals() throws {
        let configuration = SendWindow.Configuration(maximumCallBytes: 100, attributeBytesPerEntry: 10)
        var window = try holding([Self.batch(5, lane: 1, bytes: 90)], configuration)
        #expect(throws: SendWindowError.outOfOrder(number: 5, last: 5)) {
            try window.enqueue(Self.batch(5, lane: 2, bytes: 1), at: start)
        }
        #expect(throws: SendWindowError.tooLarge(number: 6, bytes: 101, maximumCallBytes: 100)) {
            try window.enqueue(Self.batch(6, lane: 2, bytes: 91), at: start)
        }
        window.close()
        #expect(throws: SendWindowError.closed) { try window.enqueue(Self.batch(7, lane: 2, bytes: 1), at: start) }
        #expect(window.count == 1)
    }

    @Test("an outcome for a batch that is not in flight changes nothing but a counter")
    mutating func unexpectedOutcome() throws {
        var window = try holding([Self.batch(1, lane: 1)])
        window.succeeded([1], at: start)
        #expect(window.failed(9, retryable: true, at: start, using: &generator) == .unexpected)
        #expect(window.counters.unexpectedOutcomes == 2)
        #expect(window.count == 1)
        #expect(window.nextCall(at: start)?.map(\.number) == [1])
        window.succeeded([1, 1], at: start)
        #expect(window.counters.unexpectedOutcomes == 3)
        #expect(window.counters.sent == 1)
        #expect(window.isEmpty)
    }
}
