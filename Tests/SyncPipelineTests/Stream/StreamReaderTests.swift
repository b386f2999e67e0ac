import Logging
import SyncCore
import Testing

@testable import SyncPipeline

@Suite("StreamReader: when a stream counts, and when it is read again")
struct StreamReaderTests {
    private static func users(_ ids: some Sequence<Int>) -> String {
        ids.map {
            #"{"id":\#($0),"userName":"u\#($0)","email":"","createdAt":"2024-05-01T10:00:00Z","deleted":false}"#
        }.joined(separator: ",")
    }

    private static let whole = "[\(users(1...3))]"
    private static let cut = "[\(users(1...2)),"

    /// What came of reading a script.
    private struct Reading {
        var failure: SyncFailure?
        var events: [RecordingConsumer.Event]
        var rejects: [Reject]
        var shortage: RecordMinimum.Shortage?
        var calls: Int
        var pauses: [Duration]
    }

    private func read(
        _ answers: [SteppedSource.Answer], attempts: Int = 10, minimum: RecordMinimum = .none,
        idle: Duration = .seconds(60), passing: Duration = .zero
    ) async throws -> Reading {
        let clock = SteppedClock()
        let source = SteppedSource(answers, clock: clock)
        let reader = StreamReader(
            source: source, attempts: StreamAttempts(maximum: attempts), idleTimeout: idle,
            clock: clock.pipelineClock(), logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        var consumer = RecordingConsumer()
        consumer.onPass = { clock.advance(by: passing) }
        var minimum = minimum
        var failure: SyncFailure?
        do {
            try await reader.read(into: &consumer, atLeast: &minimum)
        } catch let error as SyncFailure {
            failure = error
        }
        return Reading(
            failure: failure, events: consumer.events, rejects: consumer.rejects, shortage: minimum.shortage,
            calls: source.calls, pauses: clock.pauses)
    }

    private static let transport = StreamFailure(kind: .transport(transient: true), description: "refused")

    // MARK: Complete

    @Test("a whole stream is passed on, whatever its chunks", arguments: [1, 7, 1000])
    func complete(pieces: Int) async throws {
        let reading = try await read([.body(Self.whole, pieces: pieces)])
        #expect(reading.failure == nil)
        #expect(reading.events == [.began, .opened, .completed(users: 3)])
        #expect(reading.calls == 1 && reading.pauses.isEmpty)
    }

    // MARK: Cut

    @Test("a body that ends unfinished is never complete, although its transfer is")
    func cut() async throws {
        let reading = try await read([.body(Self.cut), .body(Self.whole)])
        #expect(reading.failure == nil)
        #expect(reading.events == [.began, .opened, .failed, .began, .opened, .completed(users: 3)])
        #expect(reading.pauses == [.milliseconds(250)])
    }

    @Test("cut twice at the same byte, the source itself is broken: the sync ends and says so")
    func cutTwice() async throws {
        let reading = try await read([.body(Self.cut)])
        #expect(reading.calls == 2)
        let failure = try #require(reading.failure)
        #expect(failure.description.contains("the source itself is broken"))
        #expect(failure.description.contains("\(Self.cut.utf8.count) bytes"))
        #expect(!failure.lacksBatches)
    }

    @Test("cut at other bytes each time, it is read as often as is allowed; another failure between changes nothing")
    func cutElsewhere() async throws {
        let longer = "[\(Self.users(1...4)),"
        let growing = try await read([.body(Self.cut), .body(longer), .body(Self.cut), .body(Self.whole)])
        #expect(growing.failure == nil && growing.calls == 4)
        let between = try await read([.body(Self.cut), .refused(Self.transport), .body(Self.cut), .body(Self.whole)])
        #expect(between.calls == 3)
        #expect(between.failure?.description.contains("broken") == true)
    }

    @Test("objects without brackets are whole, and one that is still open is a cut")
    func lines() async throws {
        let lines = Self.users(1...3).replacing("},{", with: "}\n{")
        #expect(try await read([.body(lines)]).events.last == .completed(users: 3))
        #expect(try await read([.body(lines + "\n{\"id\":4,")]).failure?.description.contains("broken") == true)
    }

    @Test("damage in the last record of an array is damage, not a cut")
    func damagedEnd() async throws {
        let reading = try await read([.body("[\(Self.users(1...2)),\"id\":3,\"userName\":\"u3\"}]")])
        #expect(reading.events.last == .completed(users: 2))
        #expect(reading.rejects.map(\.mayHideUser) == [true])
    }

    // MARK: Stalled

    @Test("blanks for ever end the attempt after the idle time, as silence does")
    func blanks() async throws {
        let blanks = SteppedSource.Answer.repeating(" \n", times: 1000, every: .seconds(10))
        let reading = try await read([.body("[") + blanks, .body(Self.whole)])
        #expect(reading.events == [.began, .opened, .failed, .began, .opened, .completed(users: 3)])
        let always = try await read([blanks], attempts: 3)
        #expect(always.calls == 3)
        #expect(always.failure?.description.contains("no whole record for 60.0 seconds") == true)
    }

    @Test("so does one endless object, and damage that never ends, whose beginning is put on record")
    func endless() async throws {
        let object =
            SteppedSource.Answer.body("[{\"id\":1,\"x\":\"") + .repeating("abc", times: 1000, every: .seconds(1))
        #expect(try await read([object], attempts: 1).failure?.description.contains("no whole record") == true)
        let damage = SteppedSource.Answer.body("[") + .repeating("{\"x\":nul}", times: 1000, every: .seconds(1))
        let reading = try await read([damage], attempts: 1)
        #expect(reading.failure?.description.contains("no whole record") == true)
        #expect(reading.rejects.map(\.reason) == [.invalidJSON])
    }

    @Test("a slow source is no stalled one: each whole record, a refused one too, starts the time anew")
    func slow() async throws {
        let records = (1...20).map {
            SteppedSource.Answer.repeating(Self.users([$0]) + ",", times: 1, every: .seconds(59))
        }
        let slow = records.reduce(.body("[")) { $0 + $1 } + .body("]")
        #expect(try await read([slow]).events.last == .completed(users: 20))
        let refused = SteppedSource.Answer.repeating("{\"id\":1},", times: 20, every: .seconds(59))
        #expect(
            try await read([.body("[") + refused + .body(Self.users([1]) + "]")]).events.last == .completed(users: 1))
    }

    @Test("time that the sync itself takes, while the queue is away, is not the source's pause")
    func backPressure() async throws {
        let blanks = SteppedSource.Answer.repeating(" ", times: 50, every: .seconds(1))
        let reading = try await read([.body("[") + blanks + .body(Self.users(1...3) + "]")], passing: .seconds(600))
        #expect(reading.events.last == .completed(users: 3))
    }

    // MARK: Retried

    @Test("a broken transfer is read again, with a random, growing pause")
    func broken() async throws {
        let reading = try await read([
            .broken(Self.cut), .refused(Self.transport), .broken(Self.whole), .body(Self.whole),
        ])
        #expect(reading.failure == nil && reading.calls == 4)
        #expect(reading.pauses == [.milliseconds(250), .milliseconds(500), .seconds(1)])
    }

    @Test("a longer Retry-After is respected, up to five minutes")
    func retryAfter() async throws {
        func busy(_ seconds: Double) -> SteppedSource.Answer {
            .refused(StreamFailure(kind: .status(429), retryAfter: .seconds(seconds), description: "429"))
        }
        let reading = try await read([busy(2.5), busy(300), .body(Self.whole)])
        #expect(reading.failure == nil)
        #expect(reading.pauses == [.seconds(2.5), .seconds(300)])
    }

    @Test("asked to wait longer than that, the sync ends at once and says so")
    func longRetryAfter() async throws {
        let reading = try await read([
            .refused(StreamFailure(kind: .status(503), retryAfter: .seconds(301), description: "busy")),
            .body(Self.whole),
        ])
        #expect(reading.calls == 1 && reading.pauses.isEmpty)
        #expect(reading.failure?.description.contains("a pause of 301.0 seconds, longer than a sync waits") == true)
    }

    // MARK: Given up

    @Test("what another attempt cannot help ends the sync at once")
    func final() async throws {
        let reading = try await read([
            .refused(StreamFailure(kind: .status(401), description: "401; check LEGACY_API_KEY")), .body(Self.whole),
        ])
        #expect(reading.calls == 1)
        #expect(reading.failure?.description.contains("check LEGACY_API_KEY") == true)
    }

    @Test("after the last attempt the sync ends, and names the last failure")
    func exhausted() async throws {
        let reading = try await read([.refused(Self.transport)], attempts: 4)
        #expect(reading.calls == 4 && reading.pauses.count == 3)
        #expect(reading.failure?.description.contains("failed 4 times, the last time: refused") == true)
    }

    @Test("a stream without any user is no sync")
    func empty() async throws {
        let reading = try await read([.body("[]")], attempts: 2)
        #expect(reading.failure?.description.contains("held no user") == true)
        #expect(reading.events == [.began, .opened, .failed, .began, .opened, .failed])
    }

    // MARK: Too few

    private static let hundred = RecordMinimum(percent: 80, expected: 100)

    @Test(
        "a large body without a user is read once more, and when it is as long again, the source sends something else")
    func foreign() async throws {
        let foreign = #"{"total":1}"# + String(repeating: #"{"name":"ana"}"#, count: 20_000)
        let reading = try await read([.body(foreign)])
        #expect(reading.calls == 2)
        let failure = try #require(reading.failure)
        #expect(failure.description.contains("sends something else"), "\(failure)")
        #expect(failure.description.contains("\(foreign.utf8.count) bytes"))
        // Another length is another answer, and what is small may be a message that passes.
        #expect(try await read([.body(foreign), .body(foreign + " "), .body(Self.whole)]).failure == nil)
        #expect(try await read([.body(foreign), .body(Self.whole)]).failure == nil)
        #expect(
            try await read(Array(repeating: .body(#"{"error":"busy"}"#), count: 5) + [.body(Self.whole)]).failure == nil
        )
    }

    @Test("a stream with too few records is read once more, and when that has enough, nothing was wrong")
    func tooFewOnce() async throws {
        let reading = try await read(
            [.body("[\(Self.users(1...79))]"), .body("[\(Self.users(1...80))]")], minimum: Self.hundred)
        #expect(reading.events == [.began, .opened, .failed, .began, .opened, .completed(users: 80)])
        #expect(reading.shortage == nil)
    }

    @Test("when two readings agree, the stream is complete and the shortage is known", arguments: [1, 10])
    func tooFewTwice(attempts: Int) async throws {
        let reading = try await read(
            [.body("[\(Self.users(1...79))]")], attempts: attempts, minimum: Self.hundred)
        #expect(reading.failure == nil && reading.calls == 2)
        #expect(reading.events.last == .completed(users: 79))
        #expect(reading.shortage == RecordMinimum.Shortage(records: 79, expected: 100, percent: 80))
    }

    @Test("when they do not agree, the source is unsteady: it is read on, and the limit of attempts holds")
    func unsteady() async throws {
        let reading = try await read(
            [.body("[\(Self.users(1...20))]"), .body("[\(Self.users(1...40))]")], attempts: 2, minimum: Self.hundred)
        #expect(reading.failure?.description.contains("40 records") == true)
        #expect(reading.shortage == nil)
    }

    @Test("an empty source is one with too few records, once there is something to compare with")
    func emptied() async throws {
        let reading = try await read([.body("[]")], minimum: Self.hundred)
        #expect(reading.failure == nil && reading.calls == 2)
        #expect(reading.shortage?.records == 0)
    }
}
