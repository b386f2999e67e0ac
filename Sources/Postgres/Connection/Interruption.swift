import Synchronization

/// A statement that is being stopped: why, until when, and the cancel request on its way.
struct Interruption: Sendable {
    enum Reason: Sendable { case cancelled, timedOut }

    let reason: Reason
    /// When the server must have stopped; after it the connection is given up.
    let deadline: ContinuousClock.Instant
    /// Signalled when the cancel request has been delivered or has failed.
    let requestDone: Waiter

    /// The error of a statement that ended because of this.
    func error(operation: String, sqlState: String?) -> PostgresError {
        switch reason {
        case .cancelled:
            PostgresError(
                .cancelled, operation: operation, message: "the task was cancelled; the server stopped the statement",
                sqlState: sqlState)
        case .timedOut:
            PostgresError(
                .timedOut, operation: operation,
                message: "the server stayed silent for too long; the statement was cancelled", sqlState: sqlState)
        }
    }
}
