/// What went wrong with a connection, a statement or the pool.
///
/// It carries the server's primary message only. The server's DETAIL, HINT and CONTEXT can hold column values, so they
/// are never kept, and neither are parameter values, SQL text or the connection string.
package struct PostgresError: Error, Sendable, Equatable {
    /// The kind of failure; what the server itself reported is `.server`, with its SQLSTATE beside it.
    package enum Code: String, Sendable, CaseIterable {
        /// The server refused a statement: see `sqlState`.
        case server
        /// No connection could be made.
        case connectFailed
        /// No host's name leads to an address. It may be misspelt, or the name service is away.
        case unknownHost
        /// No connection could be made within `PostgresConfiguration.connectTimeout`.
        case connectTimedOut
        /// What makes the passwords of connections could not make one just now.
        case passwordUnavailable
        /// The connection broke while it was in use. Work that was not committed is rolled back by the server.
        case connectionLost
        /// The connection broke while COMMIT was on its way: the work may have been committed or rolled back.
        case commitOutcomeUnknown
        /// COMMIT was answered with a rollback, since a statement in the transaction had failed.
        case transactionRolledBack
        /// The connection had been closed before this call.
        case connectionClosed
        /// A pooler in transaction mode stands before the server: a connection is no session there.
        case transactionPooling
        /// The calling task was cancelled; the statement, if one was running, was stopped on the server.
        case cancelled
        /// The server stayed silent longer than `PostgresConfiguration.responseTimeout`, or the connection stayed busy.
        case timedOut
        /// No connection of the pool became free in time.
        case poolTimedOut
        /// The pool is closed.
        case poolClosed
        /// The configuration cannot be used.
        case invalidConfiguration
        /// A parameter cannot be sent: NUL in a text, or too large.
        case invalidParameter
        /// A result was asked for a column, row or type that it does not have.
        case invalidResultAccess
        /// The call is not allowed here, for example a transaction in a transaction.
        case misuse
        /// The server or libpq did something that the protocol does not allow.
        case protocolViolation
        /// The process has run out of memory, descriptors or threads.
        case outOfResources
    }

    package let code: Code
    /// What was tried, for example `execute upsert_users`.
    package let operation: String
    /// One sentence without user data: the server's primary message, or ours.
    package let message: String
    /// The server's five-character code, when the server reported the failure.
    package let sqlState: String?
    /// `ERROR`, `FATAL` or `PANIC`, when the server reported the failure.
    package let severity: String?
    /// The constraint that was violated, when there is one.
    package let constraint: String?
    /// The table the failure is about, when the server names one.
    package let table: String?
    /// The column the failure is about, when the server names one.
    package let column: String?
    /// Why the server takes no writes, when that is the failure and it has said so.
    package let readOnlyCause: ReadOnlyCause?

    package init(
        _ code: Code, operation: String, message: String, sqlState: String? = nil, severity: String? = nil,
        constraint: String? = nil, table: String? = nil, column: String? = nil, readOnlyCause: ReadOnlyCause? = nil
    ) {
        self.code = code
        self.operation = operation
        self.message = message
        self.sqlState = sqlState
        self.severity = severity
        self.constraint = constraint
        self.table = table
        self.column = column
        self.readOnlyCause = readOnlyCause
    }

    /// Whether the same work may succeed when it is tried again, on a new connection, with nothing changed.
    ///
    /// With `.commitOutcomeUnknown` the work may already be done: only work that is safe to repeat may be retried.
    package var isTransient: Bool {
        switch code {
        case .passwordUnavailable, .connectionLost, .commitOutcomeUnknown, .connectTimedOut, .timedOut, .poolTimedOut,
            .outOfResources:
            true
        case .unknownHost: true
        case .connectFailed: sqlState.map(SQLState.isTransient) ?? true
        case .server, .transactionRolledBack: sqlState.map(SQLState.isTransient) ?? false
        case .connectionClosed: true
        case .cancelled, .poolClosed, .invalidConfiguration, .invalidParameter, .invalidResultAccess, .misuse,
            .protocolViolation, .transactionPooling:
            false
        }
    }

    /// The same failure under another code.
    func with(code: Code, message: String? = nil) -> PostgresError {
        PostgresError(
            code, operation: operation, message: message ?? self.message, sqlState: sqlState, severity: severity,
            constraint: constraint, table: table, column: column, readOnlyCause: readOnlyCause)
    }

    /// The same failure with the reason why the server takes no writes.
    func with(readOnlyCause cause: ReadOnlyCause) -> PostgresError {
        PostgresError(
            code, operation: operation, message: "\(message): \(cause.explanation)", sqlState: sqlState,
            severity: severity,
            constraint: constraint, table: table, column: column, readOnlyCause: cause)
    }
}
