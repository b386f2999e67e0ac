import Synchronization

/// What the schedule does next and how its last start went: written by the schedule, read by those who ask.
final class ScheduleState: Sendable {
    /// What is known at one moment.
    struct Reading: Sendable, Equatable {
        /// Microseconds since 1970; nil before the schedule runs and after it has ended.
        var nextStart: Int64?
        /// Why the last start failed; nil when it did not.
        var lastFailure: String?
    }

    /// From one start to the next.
    let interval: Duration
    private let state = Mutex(Reading())

    init(interval: Duration) {
        self.interval = interval
    }

    var reading: Reading { state.withLock { $0 } }

    func next(at start: Int64?) { state.withLock { $0.nextStart = start } }

    /// - Parameter failure: nil when the start succeeded.
    func started(failure: String?) { state.withLock { $0.lastFailure = failure } }
}
