import CoreMetrics
import Logging
import SyncCore
import Testing

@testable import Worker

@Suite("Health of a worker")
struct HealthTests {
    private let start = ContinuousClock.now

    private func report(waiting: HealthReport.Waiting? = nil, silentFor: Int = 0) -> HealthReport {
        HealthReport(writtenAt: 1_000_000, waiting: waiting, silentFor: silentFor)
    }

    @Test("a worker whose consumers step is well")
    func well() {
        #expect(report(silentFor: 100).condition(at: 1_000_000, limit: 100) == .well)
    }

    @Test("a worker that waits for the world is alive and not well, however long it waits, and says for what and why")
    func waiting() {
        let waiting = HealthReport.Waiting(dependency: "database", seconds: 40_000, reason: "login refused")
        #expect(
            report(waiting: waiting).condition(at: 1_000_000, limit: 100)
                == .waiting("waiting for the database for 40000 s: login refused"))
    }

    @Test("one consumer that hangs makes the worker dead, however busy the others are, and whatever it waits for")
    func hangs() {
        var state = HealthState(consumers: 1...2, at: start)
        state.stepped(1, at: start + .seconds(50))
        for seconds in stride(from: 10, through: 200, by: 10) { state.stepped(2, at: start + .seconds(seconds)) }
        #expect(state.silence(at: start + .seconds(201)) == .seconds(151))
        let waiting = HealthReport.Waiting(dependency: "queue", seconds: 1, reason: "x")
        #expect(
            report(waiting: waiting, silentFor: 101).condition(at: 1_000_000, limit: 100)
                == .dead("a consumer has not finished a step for 101 s: it hangs"))
    }

    @Test("a start that took long is held against no consumer")
    func restart() {
        var state = HealthState(consumers: 1...2, at: start)
        state.restart(at: start + .seconds(5000))
        #expect(state.silence(at: start + .seconds(5001)) == .seconds(1))
    }

    @Test("a report that is old, or from the future, comes from no worker that is alive", arguments: [-31_000, 31_000])
    func age(milliseconds: Int64) {
        let report = HealthReport(writtenAt: 1_000_000 + milliseconds, waiting: nil, silentFor: 0)
        #expect(
            report.condition(at: 1_000_000, limit: 900)
                == .dead("the worker last reported 31 s ago: it is gone, or it hangs"))
        #expect(report.condition(at: 1_000_000 + milliseconds, limit: 900) == .well)
    }

    @Test("what the worker waits for reaches its report at once, and leaves it with the end of the wait")
    func gate() async {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let gate = WorldGate(
            shutdown: ShutdownFlag(), metrics: WorkerMetrics(factory: NOOPMetricsHandler.instance), logger: logger,
            probe: {})
        let health = WorkerHealth(consumers: 1...1, gate: gate)
        gate.failed(.database, reason: "login refused", isCertain: true)
        #expect(health.report(writtenAt: 1).waiting?.reason == "login refused")
        #expect(await gate.pass(until: nil, stop: ShutdownFlag()) == .open)
        #expect(health.report(writtenAt: 1).waiting == nil)
    }

    @Test(
        "a report is read as it was written",
        arguments: [
            HealthReport(writtenAt: 1, waiting: nil, silentFor: 0),
            HealthReport(
                writtenAt: .max,
                waiting: HealthReport.Waiting(dependency: "newer release", seconds: 7, reason: "a \"quoted\"\nreason"),
                silentFor: 9),
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
