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

    /// Runs `job` on one of the threads and returns its result. After `limit` it stops waiting; the job goes on, for nobody.
    func value<Value: Sendable>(
        within limit: Duration, _ job: @escaping @Sendable () throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        let result = SharedResult<Value>()
        let done = Waiter()
        let isSubmitted = submit {
            result.store(Result(catching: job))
            done.signal()
        }
        guard isSubmitted else {
            throw PostgresError(.outOfResources, operation: name, message: "no thread could be started")
        }
        switch await done.wait(until: .now.advanced(by: limit), heedingCancellation: true) {
        case .signalled: break
        case .cancelled:
            throw PostgresError(.cancelled, operation: name, message: "cancelled while it waited for a thread")
        case .timedOut:
            throw PostgresError(.timedOut, operation: name, message: "a file or a name service did not answer in time")
        }
        guard let value = result.take() else {
            throw PostgresError(.outOfResources, operation: name, message: "the thread left no result")
        }
        return try value.get()
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

/// What a thread leaves for the task that waits for it.
private final class SharedResult<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, PostgresError>?>(nil)

    func store(_ value: Result<Value, PostgresError>) { result.withLock { $0 = value } }
    func take() -> Result<Value, PostgresError>? { result.withLock { $0 } }
}
