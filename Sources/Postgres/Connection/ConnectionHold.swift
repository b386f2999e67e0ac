import Synchronization

/// Marks that the current task is inside a transaction or COPY of a connection.
///
/// Without it, a statement on the outer connection inside such a body would wait for the body to end, which waits for
/// the statement.
final class ConnectionHold: Sendable {
    @TaskLocal static var current: [ConnectionHold] = []

    private let gate: OperationGate
    /// A task started inside the body keeps the task-local value after the body has ended.
    private let isActive = Atomic<Bool>(true)

    init(_ gate: OperationGate) { self.gate = gate }

    func end() { isActive.store(false, ordering: .relaxed) }

    static func isHeld(_ gate: OperationGate) -> Bool {
        current.contains { $0.gate === gate && $0.isActive.load(ordering: .relaxed) }
    }
}
