import Synchronization

/// One attempt to connect to one host, on a thread of its own kind: looking up a name blocks.
///
/// The thread owns the connection until it puts it here. When the caller has stopped waiting, the thread closes it.
final class ConnectAttempt: Sendable {
    private enum State: ~Copyable {
        case running
        case abandoned
        case connected(LibpqConnection)
        case failed(PostgresError)
        case taken

        var isRunning: Bool {
            switch self {
            case .running: true
            default: false
            }
        }

        var isAbandoned: Bool {
            switch self {
            case .abandoned: true
            default: false
            }
        }
    }

    static let operation = "connect"
    /// Names may take long to resolve, so a few attempts can be stuck while others go on.
    private static let threads = BlockingThreads(name: "pg-connect", limit: 16)

    private let state = Mutex<State>(.running)
    private let finished = Waiter()

    private init() {}

    /// Connects. On cancellation or at the deadline it returns at once, whatever the thread is doing.
    static func connect(
        _ door: ServerDoor, timeout: Duration
    ) async throws(PostgresError) -> LibpqConnection {
        if let code = ReadinessThread.shared.failure {
            throw PostgresError(
                .outOfResources, operation: operation, message: "the readiness thread did not start (error \(code))")
        }
        let deadline = ContinuousClock.now.advanced(by: timeout)
        let attempt = ConnectAttempt()
        let isSubmitted = threads.submit { attempt.run(door, deadline: deadline) }
        guard isSubmitted else {
            throw PostgresError(.outOfResources, operation: operation, message: "no thread could be started")
        }
        switch await attempt.finished.wait(until: deadline, heedingCancellation: true) {
        case .signalled: return try attempt.take()
        case .timedOut:
            attempt.abandon()
            throw PostgresError(
                .connectTimedOut, operation: operation,
                message: "\(door.step.host.description): no answer within \(timeout)")
        case .cancelled:
            attempt.abandon()
            throw PostgresError(.cancelled, operation: operation, message: "cancelled while it was connecting")
        }
    }

    // MARK: The caller's side

    private func abandon() {
        let previous = state.withLock { exchangeState(&$0, .abandoned) }
        // Finished in the same moment: the connection is closed here, by going out of scope.
        _ = consume previous
    }

    private func take() throws(PostgresError) -> LibpqConnection {
        let result = state.withLock { exchangeState(&$0, .taken) }
        switch consume result {
        case .connected(let connection): return connection
        case .failed(let error): throw error
        default:
            throw PostgresError(.protocolViolation, operation: Self.operation, message: "the attempt has no result")
        }
    }

    // MARK: The thread's side

    private func run(_ door: ServerDoor, deadline: ContinuousClock.Instant) {
        guard !isAbandoned else { return }
        do throws(PostgresError) {
            finish(.connected(try door.open(deadline: deadline, isAbandoned: { self.isAbandoned })))
        } catch {
            finish(.failed(error))
        }
    }

    private func finish(_ result: consuming State) {
        var result: State? = consume result
        state.withLock { state in
            guard state.isRunning, let outcome = result.take() else { return }
            state = outcome
        }
        finished.signal()
    }

    private var isAbandoned: Bool {
        state.withLock { $0.isAbandoned }
    }

    /// Puts `new` in the place of the state and returns the old one.
    private func exchangeState(_ state: inout State, _ new: consuming State) -> State {
        exchange(&state, with: new)
    }
}
