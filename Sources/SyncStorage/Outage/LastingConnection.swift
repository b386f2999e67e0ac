import Logging
import Postgres
import SyncCore
import Synchronization

/// One connection that is made again when it breaks, for as long as patience allows.
///
/// Any number of callers may use it at once. When it is broken, the first of them connects again, the others wait for that very
/// attempt and share its outcome: two attempts at once would fight for what only one session can hold, such as a lock.
actor LastingConnection {
    private let configuration: PostgresConfiguration
    private let patience: Patience
    private let logger: Logger
    /// Makes a new connection fit for use.
    private let prepare: @Sendable (PostgresConnection) async throws -> Void
    /// Which failures, beside those of the database, are waited out.
    private let isOutage: @Sendable (any Error) -> Bool

    private var connection: PostgresConnection
    private var attempt: Task<PostgresConnection, any Error>?
    /// The database was away for longer than allowed, and has not answered since: nothing more is waited out.
    private var isGivenUp = false
    private var isClosed = false
    private let isStopping = Mutex(false)

    /// - Parameters:
    ///   - connection: the first one, prepared.
    ///   - prepare: makes a later connection fit for use; what it throws goes to the callers.
    ///   - isOutage: which failures of `prepare` and of operations are waited out, beside `PostgresError.isOutage`.
    init(
        _ connection: PostgresConnection, configuration: PostgresConfiguration, patience: Patience, logger: Logger,
        prepare: @escaping @Sendable (PostgresConnection) async throws -> Void,
        isOutage: @escaping @Sendable (any Error) -> Bool = { _ in false }
    ) {
        self.connection = connection
        self.configuration = configuration
        self.patience = patience
        self.logger = logger
        self.prepare = prepare
        self.isOutage = isOutage
    }

    /// Connects, and tries again while the database is away.
    /// - Parameter isTyped: a person at a terminal has typed the command: an unknown host and a refused login are final at once.
    static func open(
        _ configuration: PostgresConfiguration, patience: Patience, isTyped: Bool, logger: Logger,
        prepare: @escaping @Sendable (PostgresConnection) async throws -> Void
    ) async throws -> LastingConnection {
        let connection = try await patience.keepTrying(
            isOutage: { ($0 as? PostgresError)?.isWaitedFor(isTyped: isTyped) ?? false },
            willRetry: { error, pause in
                logger.warning(
                    "the database is away, trying again", metadata: ["error": "\(error)", "pause": "\(pause)"])
            }
        ) {
            let connection = try await PostgresConnection.connect(configuration, logger: logger)
            do {
                try await prepare(connection)
            } catch {
                await connection.close()
                throw error
            }
            return connection
        }
        return LastingConnection(
            connection, configuration: configuration, patience: patience, logger: logger, prepare: prepare)
    }

    /// Runs an operation, again and on a new connection while the database is away.
    /// - Parameter operation: must be safe to repeat, also when its answer was lost.
    /// - Throws: `OutageError`, what `prepare` or the operation throws, or `CancellationError`.
    func run<Result: Sendable>(
        _ operation: @Sendable (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        do {
            let result = try await patience.keepTrying(
                isOutage: { ($0 as? PostgresError)?.isOutage ?? isOutage($0) },
                shortened: { isGivenUp ? .zero : isHurried ? Patience.limitAfterStop : nil },
                willRetry: { error, pause in
                    logger.warning(
                        "the database is away, trying again", metadata: ["error": "\(error)", "pause": "\(pause)"])
                }
            ) {
                let connection = try await usable()
                do {
                    return try await operation(connection)
                } catch let error as PostgresError where error.asksForNewConnection {
                    await connection.close()
                    throw error
                }
            }
            isGivenUp = false
            return result
        } catch let error as OutageError {
            isGivenUp = true
            throw error
        } catch let error as PostgresError where error.code == .cancelled {
            throw CancellationError()
        }
    }

    /// Leaves each outage no more than `Patience.limitAfterStop` from now on: the program was told to stop.
    nonisolated func hurry() { isStopping.withLock { $0 = true } }

    nonisolated var isHurried: Bool { isStopping.withLock { $0 } }

    func close() async {
        isClosed = true
        if let attempt { try? await attempt.value.close() }
        await connection.close()
    }

    private func usable() async throws -> PostgresConnection {
        if connection.isUsable { return connection }
        if let attempt { return try await attempt.value }
        guard !isClosed else {
            throw PostgresError(
                .connectionClosed, operation: "connect", message: "the sync has let go of its connection")
        }
        let (broken, configuration, logger, prepare) = (connection, configuration, logger, prepare)
        // A task of its own: a caller that is cancelled must not take the attempt from the others.
        let attempt = Task {
            await broken.close()
            let connection = try await PostgresConnection.connect(configuration, logger: logger)
            do {
                try await prepare(connection)
            } catch {
                await connection.close()
                throw error
            }
            return connection
        }
        self.attempt = attempt
        defer { self.attempt = nil }
        connection = try await attempt.value
        return connection
    }
}
