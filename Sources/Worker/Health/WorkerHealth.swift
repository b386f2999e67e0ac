import SyncCore
import Synchronization

/// The condition of this worker: what it waits for, and whether its consumers are alive.
final class WorkerHealth: Sendable {
    private let state: Mutex<HealthState>
    private let gate: WorldGate

    /// - Parameter consumers: the numbers of those who will report. A worker is as alive as the one that was silent longest.
    init(consumers: ClosedRange<Int>, gate: WorldGate) {
        state = Mutex(HealthState(consumers: consumers, at: .now))
        self.gate = gate
    }

    /// A consumer finished a step.
    func stepped(_ consumer: Int) { state.withLock { $0.stepped(consumer, at: .now) } }

    /// All consumers begin now.
    func consumersBegin() { state.withLock { $0.restart(at: .now) } }

    /// - Parameter milliseconds: now, since 1970.
    func report(writtenAt milliseconds: Int64) -> HealthReport {
        let now = ContinuousClock.now
        let waiting = gate.outage.map {
            HealthReport.Waiting(
                dependency: $0.dependency.rawValue, seconds: Int(($0.since.duration(to: now)) / .seconds(1)),
                reason: $0.reason)
        }
        return HealthReport(
            writtenAt: milliseconds, waiting: waiting,
            silentFor: Int(state.withLock { $0.silence(at: now) } / .seconds(1)))
    }
}
