import Backoff
import CoreMetrics
import Logging
import Postgres
import SyncCore
import Synchronization
import Testing

@testable import Worker

@Suite("The gate of a worker")
struct WorldGateTests {
    private func gate(
        shutdown: ShutdownFlag = ShutdownFlag(), probeLimit: Duration = .seconds(10),
        announce: @escaping @Sendable () -> Void = {}, _ probe: @escaping @Sendable () async throws -> Void
    ) -> WorldGate {
        WorldGate(
            backoff: Backoff(base: .microseconds(100), cap: .milliseconds(1)), probeLimit: probeLimit,
            shutdown: shutdown,
            metrics: WorkerMetrics(factory: NOOPMetricsHandler.instance),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, announce: announce, probe: probe)
    }

    @Test("while nothing is wrong nobody waits, and nobody asks")
    func open() async {
        let gate = gate { Issue.record("asked") }
        #expect(await gate.pass(until: nil, stop: ShutdownFlag()) == .open)
    }

    @Test("however many wait, one probe is made at a time, and all go on together")
    func oneProbe() async {
        let atOnce = Mutex((now: 0, most: 0, made: 0))
        let gate = gate {
            atOnce.withLock {
                $0.now += 1; $0.most = max($0.most, $0.now); $0.made += 1
            }
            try? await Task.sleep(for: .milliseconds(1))
            let made = atOnce.withLock {
                $0.now -= 1; return $0.made
            }
            if made < 5 { throw PostgresError.unreachable }
        }
        gate.failed(.database, reason: "x", isCertain: false)
        await withTaskGroup(of: WorldGate.Passage.self) { group in
            for _ in 0..<50 { group.addTask { await gate.pass(until: nil, stop: ShutdownFlag()) } }
            for await passage in group { #expect(passage == .open) }
        }
        #expect(atOnce.withLock { $0.most } == 1)
        #expect(atOnce.withLock { $0.made } == 5)
    }

    @Test("an outage is told once, a failure that the first probe refutes is not")
    func announced() async {
        let told = Mutex(0)
        let probes = Mutex(0)
        let gate = gate(announce: { told.withLock { $0 += 1 } }) {
            if probes.withLock({
                $0 += 1; return $0
            }) < 4 {
                throw PostgresError.unreachable
            }
        }
        gate.failed(.database, reason: "x", isCertain: false)
        #expect(told.withLock { $0 } == 0)
        _ = await gate.pass(until: nil, stop: ShutdownFlag())
        #expect(told.withLock { $0 } == 1)
        gate.failed(.database, reason: "x", isCertain: false)
        _ = await gate.pass(until: nil, stop: ShutdownFlag())
        #expect(told.withLock { $0 } == 1)
    }

    @Test("a probe that does not come to an end counts as failed", .timeLimit(.minutes(1)))
    func silentProbe() async {
        let probes = Mutex(0)
        let gate = gate(probeLimit: .milliseconds(20)) {
            if probes.withLock({
                $0 += 1; return $0
            }) == 1 {
                try await Task.sleep(for: .seconds(3600))
            }
        }
        gate.failed(.database, reason: "x", isCertain: false)
        #expect(await gate.pass(until: nil, stop: ShutdownFlag()) == .open)
        #expect(probes.withLock { $0 } == 2)
    }

    @Test("a wait ends at the caller's deadline, when the caller is told to stop, and when the worker is")
    func ends() async {
        let shutdown = ShutdownFlag()
        let gate = gate(shutdown: shutdown) { throw PostgresError.unreachable }
        gate.failed(.database, reason: "x", isCertain: false)
        #expect(await gate.pass(until: ContinuousClock.now + .milliseconds(20), stop: ShutdownFlag()) == .expired)
        let stop = ShutdownFlag()
        let steps = Mutex(0)
        let passage = await gate.pass(until: nil, stop: stop) {
            if steps.withLock({
                $0 += 1; return $0
            }) == 10 {
                stop.begin()
            }
        }
        #expect(passage == .stopped)
        #expect(steps.withLock { $0 } == 10)
        shutdown.begin()
        #expect(await gate.pass(until: nil, stop: ShutdownFlag()) == .stopped)
    }

    @Test("a queue that is unavailable stops nobody who applies what was received")
    func queue() async {
        let gate = gate { Issue.record("asked") }
        gate.failed(.queue, reason: "x", isCertain: true)
        #expect(gate.outage?.dependency == .queue)
        #expect(await gate.pass(until: nil, stop: ShutdownFlag()) == .open)
        gate.recovered(.queue)
        #expect(gate.outage == nil)
    }

    private final class Course: Sendable {
        private let state: Mutex<(passed: [TrialPassage.Waiter], atOnce: Int, findings: [Bool])>

        init(_ findings: [Bool]) { state = Mutex(([], 0, findings)) }

        var passed: [TrialPassage.Waiter] { state.withLock { $0.passed } }

        func begin(_ holder: TrialPassage.Waiter, isOutage: Bool) -> Bool {
            state.withLock { state in
                if isOutage { state.passed.append(holder) }
                state.atOnce += 1
                #expect(!isOutage || state.atOnce == 1, "one passes at a time")
                return state.findings.isEmpty || state.findings.removeFirst()
            }
        }

        func end() { state.withLock { $0.atOnce -= 1 } }
    }

    /// What those who pass find, one after the other; the last finding stays.
    private func course(_ holders: [TrialPassage.Waiter], findings: [Bool]) async -> (
        passed: [TrialPassage.Waiter], told: Int
    ) {
        let told = Mutex(0)
        let gate = gate(announce: { told.withLock { $0 += 1 } }) {}
        let course = Course(findings)
        gate.failed(.database, reason: "disk full", isCertain: true)
        await withTaskGroup(of: Void.self) { group in
            for holder in holders {
                group.addTask {
                    while await gate.pass(holding: holder, until: nil, stop: ShutdownFlag()) == .open {
                        let isOutage = gate.outage != nil
                        let isSound = course.begin(holder, isOutage: isOutage)
                        try? await Task.sleep(for: .milliseconds(3))
                        course.end()
                        if isSound {
                            if holder != .idle { gate.batchApplied() }
                            return
                        }
                        gate.failed(.database, reason: "disk full", isCertain: true)
                    }
                }
            }
        }
        #expect(gate.outage == nil)
        return (course.passed, told.withLock { $0 })
    }

    @Test("what a probe misses is asked with one batch at a time, told once, and over when one is applied")
    func trial() async {
        let (passed, told) = await course(
            [.failedBatch, .batch, .batch, .idle], findings: [false, false, false, false, true])
        #expect(passed.count == 5)
        #expect(!passed.contains(.idle))
        #expect(told == 1)
    }

    @Test("a batch that failed and those that were not tried take turns")
    func turns() async {
        let (passed, _) = await course([.failedBatch, .batch], findings: [false, false, false, true])
        #expect(passed == [.failedBatch, .batch, .failedBatch, .batch])
    }

    @Test("with no batch at the gate a probe that succeeds is enough")
    func nobodyHolds() async {
        let gate = gate {}
        gate.failed(.database, reason: "disk full", isCertain: true)
        #expect(await gate.pass(until: nil, stop: ShutdownFlag()) == .open)
        #expect(gate.outage == nil)
    }

    @Test(
        "a batch that is refused for what it holds shows that the database is available; one that proves nothing makes room"
    )
    func otherEnds() async {
        let gate = gate {}
        gate.failed(.database, reason: "disk full", isCertain: true)
        #expect(await gate.pass(holding: .failedBatch, until: nil, stop: ShutdownFlag()) == .open)
        #expect(gate.outage != nil)
        gate.batchAbandoned()
        #expect(await gate.pass(holding: .batch, until: nil, stop: ShutdownFlag()) == .open)
        gate.batchRejected()
        #expect(gate.outage == nil)
    }
}
