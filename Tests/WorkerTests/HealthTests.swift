import Testing

@testable import Worker

@Suite("Health of a worker")
struct HealthTests {
    private let start = ContinuousClock.now

    private func problem(_ state: HealthState, after seconds: Int, limit: Int = 100) -> String? {
        state.report(at: start + .seconds(seconds), writtenAt: 1_000_000).problem(at: 1_000_000, limit: limit)
    }

    @Test("a worker whose polls are answered is well, however long it has no work")
    func idle() {
        var state = HealthState(consumers: 1...2, at: start)
        for seconds in stride(from: 10, through: 1000, by: 10) {
            for consumer in 1...2 { state.polled(true, consumer: consumer, at: start + .seconds(seconds)) }
        }
        #expect(problem(state, after: 1005) == nil)
    }

    @Test("polling that fails for longer than the limit is dead, and well again with the first answer")
    func polling() {
        var state = HealthState(consumers: 1...1, at: start)
        state.polled(false, consumer: 1, at: start + .seconds(10))
        state.polled(false, consumer: 1, at: start + .seconds(60))
        state.polled(false, consumer: 1, at: start + .seconds(110))
        #expect(problem(state, after: 110) == nil)
        #expect(problem(state, after: 111) == "polling the queue has failed for 101 s")
        state.polled(true, consumer: 1, at: start + .seconds(112))
        #expect(problem(state, after: 112) == nil)
    }

    @Test("a poll of any consumer that succeeds proves the queue")
    func onePollSucceeds() {
        var state = HealthState(consumers: 1...2, at: start)
        for seconds in stride(from: 0, through: 300, by: 50) {
            state.polled(false, consumer: 1, at: start + .seconds(seconds))
            state.polled(true, consumer: 2, at: start + .seconds(seconds))
        }
        #expect(problem(state, after: 310) == nil)
    }

    @Test("a database that is away for longer than the limit is dead, whoever asked it")
    func database() {
        var state = HealthState(consumers: 1...1, at: start)
        state.askedDatabase(false, consumer: nil, at: start)
        state.askedDatabase(false, consumer: 1, at: start + .seconds(90))
        #expect(problem(state, after: 100) == nil)
        #expect(problem(state, after: 101) == "the database has not been available for 101 s")
        state.askedDatabase(true, consumer: nil, at: start + .seconds(102))
        #expect(problem(state, after: 103) == nil)
        #expect(state.databaseHeardAt == start + .seconds(102))
    }

    @Test("one consumer that hangs makes the worker dead, however busy the others are")
    func hangs() {
        var state = HealthState(consumers: 1...2, at: start)
        state.polled(true, consumer: 1, at: start + .seconds(50))
        for seconds in stride(from: 10, through: 200, by: 10) {
            state.askedDatabase(true, consumer: 2, at: start + .seconds(seconds))
        }
        #expect(problem(state, after: 150) == nil)
        #expect(problem(state, after: 151) == "a consumer has not finished a step for 101 s: it hangs")
    }

    @Test("a report that is old, or from the future, comes from no worker that is well", arguments: [-31_000, 31_000])
    func age(milliseconds: Int64) {
        let report = HealthReport(
            writtenAt: 1_000_000 + milliseconds, pollingFailsFor: nil, databaseFailsFor: nil, silentFor: 0)
        #expect(report.problem(at: 1_000_000, limit: 900) != nil)
        #expect(report.problem(at: 1_000_000 + milliseconds, limit: 900) == nil)
    }

    @Test(
        "a report is read as it was written",
        arguments: [
            HealthReport(writtenAt: 1, pollingFailsFor: nil, databaseFailsFor: nil, silentFor: 0),
            HealthReport(writtenAt: .max, pollingFailsFor: 7, databaseFailsFor: 8, silentFor: 9),
        ])
    func roundTrip(report: HealthReport) throws {
        #expect(try HealthReport(json: report.json) == report)
    }

    @Test(
        "what is no report is refused",
        arguments: ["", "{}", "[]", #"{"written_at_ms":1}"#, #"{"written_at_ms":"1","silent_for_s":0}"#])
    func refused(text: String) {
        #expect(throws: (any Error).self) { try HealthReport(json: Array(text.utf8)) }
    }
}
