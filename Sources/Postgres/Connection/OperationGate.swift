import DequeModule
import Synchronization

/// Lets one task at a time use a connection, in the order in which they came.
final class OperationGate: Sendable {
    private struct State {
        var isHeld = false
        var isRetired = false
        var waiters = Deque<Waiter>()
    }

    /// Tasks that may wait for one connection; more than a few is a design error of the caller.
    static let waiterLimit = 1024

    private let state = Mutex(State())

    /// Waits for the gate. Every success needs one `leave`.
    func enter(
        operation: String, deadline: ContinuousClock.Instant?, heedingCancellation: Bool = true
    ) async throws(PostgresError) {
        enum Entry { case entered, wait(Waiter), retired, crowded }
        let entry = state.withLock { state -> Entry in
            guard !state.isRetired else { return .retired }
            guard state.isHeld else {
                state.isHeld = true
                return .entered
            }
            guard state.waiters.count < Self.waiterLimit else { return .crowded }
            let waiter = Waiter()
            state.waiters.append(waiter)
            return .wait(waiter)
        }
        switch entry {
        case .entered: return
        case .retired: throw Self.retired(operation)
        case .crowded:
            throw PostgresError(
                .misuse, operation: operation, message: "\(Self.waiterLimit) tasks wait for one connection already")
        case .wait(let waiter): try await wait(at: waiter, operation, deadline, heedingCancellation)
        }
    }

    private func wait(
        at waiter: Waiter, _ operation: String, _ deadline: ContinuousClock.Instant?, _ heedingCancellation: Bool
    ) async throws(PostgresError) {
        let outcome = await waiter.wait(until: deadline, heedingCancellation: heedingCancellation)
        if outcome == .signalled {
            // The gate was handed over, or retired for everybody.
            if state.withLock({ $0.isRetired }) { throw Self.retired(operation) }
            return
        }
        let wasWaiting = state.withLock { state -> Bool in
            guard let index = state.waiters.firstIndex(where: { $0 === waiter }) else { return false }
            state.waiters.remove(at: index)
            return true
        }
        // Handed over in the same moment: pass it on.
        if !wasWaiting { leave() }
        throw outcome == .cancelled
            ? PostgresError(.cancelled, operation: operation, message: "cancelled while it waited for the connection")
            : PostgresError(.timedOut, operation: operation, message: "the connection stayed busy with another task")
    }

    /// Hands the gate to the next task.
    func leave() {
        let next = state.withLock { state -> Waiter? in
            if let next = state.waiters.popFirst() { return next }
            state.isHeld = false
            return nil
        }
        next?.signal()
    }

    /// Refuses everybody from now on. Call it inside the gate, in place of `leave`.
    func retire() {
        let waiters = state.withLock { state -> Deque<Waiter> in
            state.isRetired = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.signal() }
    }

    private static func retired(_ operation: String) -> PostgresError {
        PostgresError(
            .misuse, operation: operation,
            message: "the connection was used after the transaction or the loan it was lent for")
    }
}
