import CLibpq
import Logging
import Synchronization

/// Drives one libpq connection: sends, waits for the socket, collects results.
///
/// The actor keeps the connection on one thread at a time. That is not enough, since an actor takes other calls while
/// one is suspended: `OperationGate` keeps a second operation out until the first has ended.
actor PostgresSession {
    var libpq: LibpqConnection
    let socket: SocketReadiness
    let cancel: LibpqCancel
    let configuration: PostgresConfiguration
    let logger: Logger
    var statements = StatementCache()
    /// What the current operation is, for errors.
    var operation = "idle"
    /// Set while the current operation is being stopped.
    var interruption: Interruption?
    /// Whether the last row of a COPY out has been taken: libpq must not be asked for another.
    var isCopyOutComplete = false
    /// Whether the current operation goes on although its task is cancelled, as a rollback must.
    var isShielded = false
    private let usable = Atomic<Bool>(true)

    private static let cancelThreads = BlockingThreads(name: "pg-cancel", limit: 8)

    init(
        libpq: consuming LibpqConnection, socket: SocketReadiness, cancel: LibpqCancel,
        configuration: PostgresConfiguration, logger: Logger
    ) {
        self.libpq = libpq
        self.socket = socket
        self.cancel = cancel
        self.configuration = configuration
        self.logger = logger
    }

    deinit {
        // Before libpq closes the socket, which it does when its owner goes, just after this.
        if isUsable { socket.remove() }
    }

    // MARK: State

    /// False once the connection is closed. May be read from anywhere.
    nonisolated var isUsable: Bool { usable.load(ordering: .relaxed) }

    var isInTransaction: Bool { libpq.transactionStatus != PQTRANS_IDLE }
    /// Whether another task may be given the connection.
    var isReusable: Bool { isUsable && !isInTransaction }
    var serverProcessID: Int32 { libpq.serverProcessID }
    var readOnlyCause: ReadOnlyCause? {
        ReadOnlyCause(reported: libpq.reportedSettings(ReadOnlyCause.reportedSettings))
    }

    /// Closes the connection; what is in progress on the server is rolled back.
    func close() {
        guard usable.exchange(false, ordering: .relaxed) else { return }
        socket.remove()
        libpq.close()
    }

    /// Looks, without a round trip, whether an idle connection is still alive; closes it if not.
    func isHealthy() -> Bool {
        guard isUsable else { return false }
        guard !libpq.isHealthyWhenIdle() else { return true }
        close()
        return false
    }

    /// Whether the server answers in time. A connection on which it does not cannot be used any more.
    func answers(within limit: Duration) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do { _ = try await self.query("SELECT 1", [], operation: "ping") } catch { return false }
                return true
            }
            group.addTask {
                do { try await Task.sleep(for: limit) } catch { return true }
                // Ends the wait of the query at once, which cancelling it would not.
                await self.close()
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    // MARK: Operations

    /// Starts an operation; nothing is sent when the task is already cancelled.
    func begin(_ operation: String, isShielded: Bool = false) throws(PostgresError) {
        guard isUsable else {
            throw PostgresError(.connectionClosed, operation: operation, message: "the connection is closed")
        }
        self.operation = operation
        self.isShielded = isShielded
        interruption = nil
        isCopyOutComplete = false
        if !isShielded, Task.isCancelled {
            throw PostgresError(.cancelled, operation: operation, message: "cancelled before it was sent")
        }
    }

    /// What is wrong when libpq has not taken a command: the connection, or memory.
    func sendFailure() -> PostgresError {
        guard libpq.isBad else {
            let message = ServerMessage.firstLine(libpq.errorMessage) ?? "the command could not be queued"
            // What libpq has half queued cannot be taken back.
            close()
            return PostgresError(.protocolViolation, operation: operation, message: message)
        }
        return connectionLost()
    }

    /// Sends what libpq has buffered. It reads meanwhile, so that two full pipes cannot block each other.
    func flush() async throws(PostgresError) {
        while true {
            switch libpq.flush() {
            case .done: return
            case .blocked: try await makeProgress(.readableOrWritable)
            case .failed: throw connectionLost()
            }
        }
    }

    /// The next result of the operation, nil at its end (in a pipeline: at the end of each command).
    func nextResult() async throws(PostgresError) -> LibpqResult? {
        while libpq.isBusy { try await makeProgress(.readable) }
        return libpq.nextResult()
    }

    /// Waits for the socket and reads it. Turns cancellation and silence into a cancel request, once.
    func makeProgress(_ interest: ReadinessThread.Interest) async throws(PostgresError) {
        // What must go on after a cancellation is quick for a server that works, and nobody wants to wait for it.
        let patience = isShielded ? configuration.cancelTimeout : configuration.responseTimeout
        let deadline = interruption?.deadline ?? patience.map { .now.advanced(by: $0) }
        let outcome: Waiter.Outcome
        do throws(PostgresError) {
            outcome = try await socket.wait(
                for: interest, until: deadline, heedingCancellation: interruption == nil && !isShielded)
        } catch {
            close()
            throw error
        }
        guard isUsable else {
            throw PostgresError(.connectionClosed, operation: operation, message: "the connection was closed meanwhile")
        }
        switch outcome {
        case .signalled: guard libpq.consumeInput() else { throw connectionLost() }
        case .cancelled: interrupt(.cancelled)
        case .timedOut:
            guard let interruption else { return interrupt(.timedOut) }
            close()
            throw PostgresError(
                interruption.reason == .cancelled ? .cancelled : .timedOut, operation: operation,
                message: "the server did not stop the statement in time; the connection was closed")
        }
    }

    /// Asks the server to stop the operation, which then ends with an error of its own, or just in time with success.
    func interrupt(_ reason: Interruption.Reason) {
        guard interruption == nil else { return }
        let requestDone = Waiter()
        interruption = Interruption(
            reason: reason, deadline: .now.advanced(by: configuration.cancelTimeout), requestDone: requestDone)
        let isSubmitted = Self.cancelThreads.submit { [cancel, logger] in
            if let failure = cancel.send() { logger.warning("cancelling a statement failed: \(failure)") }
            requestDone.signal()
        }
        if !isSubmitted {
            logger.warning("cancelling a statement failed: no thread could be started")
            requestDone.signal()
        }
    }

    /// Ends an operation whose results are all read: waits until a cancel request is through, so that it cannot stop the
    /// next statement, and makes the operation's error.
    func settle(_ error: PostgresError?) async -> PostgresError? {
        var error = error
        if let failure = error, failure.sqlState == SQLState.readOnlyTransaction {
            if let readOnlyCause { error = failure.with(readOnlyCause: readOnlyCause) }
            // After a failover this connection leads to what is now a standby: a new one finds the primary. And only a new one
            // sees that a setting of the role was taken back.
            close()
        }
        guard let interruption else { return error }
        defer { self.interruption = nil }
        if await interruption.requestDone.wait(until: interruption.deadline, heedingCancellation: false) != .signalled {
            close()
        }
        guard let error, error.sqlState == SQLState.queryCanceled else { return error }
        return interruption.error(operation: operation, sqlState: error.sqlState)
    }

    /// The error of a failed result. Throws it at once, and closes the connection, when the server does: nothing follows.
    func failure(_ result: LibpqResult, at step: String? = nil) throws(PostgresError) -> PostgresError {
        let error = result.error(operation: step.map { "\(operation), at \($0)" } ?? operation)
        guard SQLState.isFatal(severity: error.severity) else { return error }
        close()
        throw error.with(code: .connectionLost)
    }

    /// Makes the error of a broken connection, with the server's last words if it had any, and closes it.
    func connectionLost() -> PostgresError {
        var lastWords: PostgresError?
        // With a bad status libpq returns what it has and never waits. The bound is for safety.
        for _ in 0..<16 where libpq.isBad && lastWords == nil {
            guard let result = libpq.nextResult(), result.isError, result.sqlState != nil else { continue }
            lastWords = result.error(operation: operation)
        }
        let reason = ServerMessage.firstLine(libpq.errorMessage) ?? "the connection was lost"
        close()
        return lastWords?.with(code: .connectionLost)
            ?? PostgresError(.connectionLost, operation: operation, message: reason)
    }
}
