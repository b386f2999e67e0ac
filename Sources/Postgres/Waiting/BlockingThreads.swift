import DequeModule
import Synchronization

/// A few threads for libpq's calls that block, so that no thread of the cooperative pool ever does.
///
/// A thread ends when nothing is left to do: connecting and cancelling are rare.
final class BlockingThreads: Sendable {
    typealias Job = @Sendable () -> Void

    private struct State {
        var running = 0
        var jobs = Deque<Job>()
    }

    private let name: String
    private let limit: Int
    private let queueLimit: Int
    private let state = Mutex(State())

    init(name: String, limit: Int, queueLimit: Int = 1024) {
        self.name = name
        self.limit = limit
        self.queueLimit = queueLimit
    }

    /// Runs `job` on one of the threads, later if all are at work. False when it will never run.
    func submit(_ job: @escaping Job) -> Bool {
        enum Next { case start, queued, refused }
        let next = state.withLock { state -> Next in
            guard state.jobs.count < queueLimit else { return .refused }
            state.jobs.append(job)
            guard state.running < limit else { return .queued }
            state.running += 1
            return .start
        }
        guard next == .start else { return next == .queued }
        guard DetachedThread.start(name: name, { self.work() }) != 0 else { return true }
        return state.withLock { state in
            state.running -= 1
            // Another thread will come to the job, unless this was to be the only one.
            guard state.running == 0 else { return true }
            state.jobs.removeAll()
            return false
        }
    }

    private func work() {
        while let job = nextJob() { job() }
    }

    private func nextJob() -> Job? {
        state.withLock { state in
            if let job = state.jobs.popFirst() { return job }
            state.running -= 1
            return nil
        }
    }
}
