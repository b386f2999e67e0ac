import Synchronization

/// Wakes one waiting task; a signal given while nobody waits is kept for the next who does.
///
/// Signals do not add up: it says "look again", not how often. Only one task may wait at a time.
package final class AsyncSignal: Sendable {
    private enum State {
        case idle
        case signalled
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.idle)

    package init() {}

    /// Wakes the waiting task, or the next one that waits.
    package func notify() {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            if case .waiting(let continuation) = state {
                state = .idle
                return continuation
            }
            state = .signalled
            return nil
        }
        waiter?.resume()
    }

    /// Waits for a signal.
    /// - Throws: `CancellationError` when the task is cancelled, before or while it waits.
    package func wait() async throws(CancellationError) {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    if case .signalled = state {
                        state = .idle
                        return true
                    }
                    state = .waiting(continuation)
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            // A cancelled wait consumes a signal; that is harmless, since the waiter is gone.
            notify()
        }
        guard !Task.isCancelled else { throw CancellationError() }
    }

    /// Waits for a signal, but no longer than until `deadline`; nil waits without limit.
    package func wait(until deadline: ContinuousClock.Instant?) async throws(CancellationError) {
        guard let deadline else { return try await wait() }
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.wait() }
                group.addTask { try await Task.sleep(until: deadline, clock: .continuous) }
                try await group.next()
                group.cancelAll()
            }
        } catch {
            throw CancellationError()
        }
        guard !Task.isCancelled else { throw CancellationError() }
    }
}
