import CLibpq
import Glibc
import Synchronization

/// One attempt to connect, on a thread of its own kind: libpq blocks while it resolves names.
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
    /// How soon an abandoned attempt is noticed while it waits for the server.
    private static let pollSliceMilliseconds: Int64 = 100

    private let state = Mutex<State>(.running)
    private let finished = Waiter()

    private init() {}

    /// Connects. On cancellation or at the deadline it returns at once, whatever libpq is doing.
    static func connect(
        _ parameters: ConnectionParameters, notices: NoticeSink, timeout: Duration
    ) async throws(PostgresError) -> LibpqConnection {
        if let code = ReadinessThread.shared.failure {
            throw PostgresError(
                .outOfResources, operation: operation, message: "the readiness thread did not start (error \(code))")
        }
        let deadline = ContinuousClock.now.advanced(by: timeout)
        let attempt = ConnectAttempt()
        let isSubmitted = threads.submit { attempt.run(parameters, notices, deadline: deadline) }
        guard isSubmitted else {
            throw PostgresError(.outOfResources, operation: operation, message: "no thread could be started")
        }
        switch await attempt.finished.wait(until: deadline, heedingCancellation: true) {
        case .signalled: return try attempt.take()
        case .timedOut:
            attempt.abandon()
            throw timedOut(timeout)
        case .cancelled:
            attempt.abandon()
            throw PostgresError(.cancelled, operation: operation, message: "cancelled while it was connecting")
        }
    }

    private static func timedOut(_ timeout: Duration? = nil) -> PostgresError {
        PostgresError(
            .connectTimedOut, operation: operation,
            message: "no connection" + (timeout.map { " within \($0)" } ?? " in time"))
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

    private func run(_ parameters: ConnectionParameters, _ notices: NoticeSink, deadline: ContinuousClock.Instant) {
        guard !isAbandoned else { return }
        do throws(PostgresError) {
            finish(.connected(try open(parameters, notices, deadline)))
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

    private func open(
        _ parameters: ConnectionParameters, _ notices: NoticeSink, _ deadline: ContinuousClock.Instant
    ) throws(PostgresError) -> LibpqConnection {
        guard let connection = LibpqConnection(starting: parameters, notices: notices) else {
            throw PostgresError(.outOfResources, operation: Self.operation, message: "out of memory")
        }
        guard !connection.isBad else { throw Self.failure(connection) }
        // libpq's rule: before the first poll, behave as if it had asked for writing.
        var events = Int16(POLLOUT)
        while true {
            try wait(for: connection.socket, events, deadline)
            switch connection.pollConnect() {
            case PGRES_POLLING_READING: events = Int16(POLLIN)
            case PGRES_POLLING_WRITING: events = Int16(POLLOUT)
            case PGRES_POLLING_OK:
                guard connection.becomeNonBlocking() else { throw Self.failure(connection) }
                return connection
            default: throw Self.failure(connection)
            }
        }
    }

    private func wait(
        for socket: Int32, _ events: Int16, _ deadline: ContinuousClock.Instant
    ) throws(PostgresError) {
        while true {
            guard !isAbandoned else {
                throw PostgresError(.cancelled, operation: Self.operation, message: "nobody waits for it any more")
            }
            let remaining = ContinuousClock.now.duration(to: deadline)
            guard remaining > .zero else { throw Self.timedOut() }
            let (seconds, attoseconds) = remaining.components
            let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1
            var descriptor = pollfd(fd: socket, events: events, revents: 0)
            if poll(&descriptor, 1, Int32(min(milliseconds, Self.pollSliceMilliseconds))) > 0 { return }
        }
    }

    private static func failure(_ connection: borrowing LibpqConnection) -> PostgresError {
        let failure = ServerMessage.connectFailure(connection.errorMessage)
        return PostgresError(
            .connectFailed, operation: operation, message: failure.message, sqlState: failure.sqlState)
    }

    /// Puts `new` in the place of the state and returns the old one.
    private func exchangeState(_ state: inout State, _ new: consuming State) -> State {
        exchange(&state, with: new)
    }
}
