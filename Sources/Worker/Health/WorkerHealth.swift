import Synchronization

/// The condition of this worker, as its parts report it.
final class WorkerHealth: Sendable {
    private let state: Mutex<HealthState>

    /// - Parameter consumers: the numbers of those who will report; a worker is as alive as the one that was silent longest.
    init(consumers: ClosedRange<Int>) {
        state = Mutex(HealthState(consumers: consumers, at: .now))
    }

    /// The end of a poll of the queue.
    func polled(_ succeeded: Bool, consumer: Int) {
        state.withLock { $0.polled(succeeded, consumer: consumer, at: .now) }
    }

    /// The end of work at the database: whether it was available, not whether it liked what it was given.
    /// - Parameter consumer: nil when no consumer asked.
    func askedDatabase(_ isAvailable: Bool, consumer: Int?) {
        state.withLock { $0.askedDatabase(isAvailable, consumer: consumer, at: .now) }
    }

    /// How long nothing has been heard of the database.
    var databaseUnheardFor: Duration { state.withLock { ContinuousClock.now - $0.databaseHeardAt } }

    /// - Parameter milliseconds: now, since 1970.
    func report(writtenAt milliseconds: Int64) -> HealthReport {
        state.withLock { $0.report(at: .now, writtenAt: milliseconds) }
    }
}
