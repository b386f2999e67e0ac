import Synchronization

/// Lets one task wait until it is signalled, its deadline passes or it is cancelled, whichever comes first.
///
/// A signal that comes while nobody waits is kept for the next wait, so that a signal is never missed.
final class Waiter: Sendable {
    enum Outcome: Sendable { case signalled, timedOut, cancelled }

    private enum State {
        case vacant
        case signalled
        /// The ticket tells one wait from the next: a late deadline or cancellation must not end the wrong one.
        case waiting(CheckedContinuation<Outcome, Never>, ticket: UInt64)
    }

    private let state = Mutex((state: State.vacant, lastTicket: UInt64(0)))
    private let thread: ReadinessThread
    /// Unique in the process, never used again: what epoll carries instead of a descriptor that may be reused.
    let identifier: UInt64

    init(thread: ReadinessThread = .shared) {
        self.thread = thread
        identifier = thread.makeIdentifier()
    }

    /// Waits. Only one task may wait at a time.
    func wait(until deadline: ContinuousClock.Instant?, heedingCancellation: Bool) async -> Outcome {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        defer { if deadline != nil { thread.unschedule(self) } }
        guard heedingCancellation else { return await suspend(ticket, deadline, heedingCancellation: false) }
        return await withTaskCancellationHandler {
            await suspend(ticket, deadline, heedingCancellation: true)
        } onCancel: {
            end(ticket: ticket, .cancelled)
        }
    }

    private func suspend(
        _ ticket: UInt64, _ deadline: ContinuousClock.Instant?, heedingCancellation: Bool
    ) async -> Outcome {
        await withCheckedContinuation { continuation in
            let isSignalled = state.withLock { state -> Bool in
                if case .signalled = state.state {
                    state.state = .vacant
                    return true
                }
                state.state = .waiting(continuation, ticket: ticket)
                // Under this lock, so that the end of the wait finds the deadline and removes it. Lock order: waiter, thread.
                if let deadline { thread.schedule(self, ticket: ticket, deadline: deadline) }
                return false
            }
            if isSignalled {
                continuation.resume(returning: .signalled)
            } else if heedingCancellation, Task.isCancelled {
                // The cancellation handler may have run before there was anything to end.
                end(ticket: ticket, .cancelled)
            }
        }
    }

    /// Ends the wait, or the next one when nobody waits.
    func signal() {
        let continuation = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            guard case .waiting(let continuation, _) = state.state else {
                state.state = .signalled
                return nil
            }
            state.state = .vacant
            return continuation
        }
        continuation?.resume(returning: .signalled)
    }

    /// Ends the wait with this ticket, if it still goes on.
    func end(ticket: UInt64, _ outcome: Outcome) {
        let continuation = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            guard case .waiting(let continuation, ticket) = state.state else { return nil }
            state.state = .vacant
            return continuation
        }
        continuation?.resume(returning: outcome)
    }
}
