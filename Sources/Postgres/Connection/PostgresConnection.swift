package import Logging

/// One connection to PostgreSQL, for one task at a time: others queue up behind it.
///
/// A cancelled task stops its statement on the server; the connection stays usable, or is closed when the server does
/// not answer in time. A statement that finished in the same moment returns its result all the same. Every method throws `PostgresError`; after an error the connection is ready for the next call
/// unless `isUsable` says otherwise.
package final class PostgresConnection: Sendable {
    let session: PostgresSession
    let gate: OperationGate
    /// Whether this is the connection that the body of a transaction is given.
    let isTransaction: Bool
    private let gateTimeout: Duration?

    init(_ session: PostgresSession, responseTimeout: Duration?, isTransaction: Bool = false) {
        self.session = session
        self.isTransaction = isTransaction
        gate = OperationGate()
        gateTimeout = responseTimeout
    }

    /// Connects, runs `body`, and closes the connection whatever `body` does.
    ///
    /// - Parameter logger: receives the server's notices.
    /// - Throws: what connecting throws (`PostgresError`), or what `body` throws.
    package nonisolated(nonsending) static func withConnection<R>(
        _ configuration: PostgresConfiguration, logger: Logger,
        _ body: nonisolated(nonsending) (PostgresConnection) async throws -> R
    ) async throws -> R {
        let connection = try await connect(configuration, logger: logger)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Connects. The caller closes the connection: prefer ``withConnection(_:logger:_:)``, which cannot forget it.
    ///
    /// - Parameter logger: receives the server's notices.
    package static func connect(
        _ configuration: PostgresConfiguration, logger: Logger
    ) async throws(PostgresError) -> PostgresConnection {
        let session = try await PostgresSession.connect(configuration, logger: logger)
        return PostgresConnection(session, responseTimeout: configuration.responseTimeout)
    }

    /// False once the connection is closed or broken.
    package var isUsable: Bool { session.isUsable }

    /// The server's process for this connection, as in `pg_stat_activity.pid`.
    package var serverProcessID: Int32 { get async { await session.serverProcessID } }

    /// Why this session can write nothing, as far as the server says so; asks nothing.
    package var readOnlyCause: ReadOnlyCause? { get async { await session.readOnlyCause } }

    /// Runs one statement and returns its result whole. For statements that run often, use `execute`.
    package func query(
        _ sql: SQL, _ parameters: [PostgresValue] = []
    ) async throws(PostgresError) -> PostgresResult {
        let operation = Self.operation("query", sql)
        try await enter(operation)
        defer { gate.leave() }
        return try await session.query(sql, parameters, operation: operation)
    }

    /// Runs a statement that is prepared on this connection when it is first used.
    package func execute(
        _ statement: PostgresStatement, _ parameters: [PostgresValue] = []
    ) async throws(PostgresError) -> PostgresResult {
        try await enter("execute \(statement.name)")
        defer { gate.leave() }
        return try await session.execute(statement, parameters)
    }

    /// Runs statements in one round trip, as one transaction: if one fails, none has any effect.
    ///
    /// Inside a transaction they are part of it. Results come in the order of the commands.
    package func pipeline(
        _ commands: [(PostgresStatement, [PostgresValue])]
    ) async throws(PostgresError) -> [PostgresResult] {
        try await enter("pipeline")
        defer { gate.leave() }
        return try await session.pipeline(commands)
    }

    /// Runs statements separated by semicolons, without parameters and results, as one transaction: for migrations.
    package func executeScript(_ sql: SQL) async throws(PostgresError) {
        try await enter("script")
        defer { gate.leave() }
        try await session.script(sql, operation: "script")
    }

    /// Closes the connection; it waits for nothing. Closing twice does nothing.
    package func close() async { await session.close() }

    /// Waits for the connection to be free. Every success needs one `gate.leave()`.
    func enter(_ operation: String) async throws(PostgresError) {
        guard !ConnectionHold.isHeld(gate) else {
            throw PostgresError(
                .misuse, operation: operation,
                message: "the connection is in a transaction or COPY of this task: use the one its body was given")
        }
        try await gate.enter(operation: operation, deadline: gateTimeout.map { .now.advanced(by: $0) })
    }

    /// `what` with the statement's first word: enough to find it, and never a value.
    static func operation(_ what: String, _ sql: SQL) -> String {
        let word = sql.text.drop { !$0.isLetter }.prefix { $0.isLetter }
        return word.isEmpty ? what : "\(what) \(word.prefix(20).uppercased())"
    }
}
