package import Logging
import Synchronization

/// A bounded set of connections that tasks borrow.
///
/// Connections are made when they are needed, and kept for as long as they are used now and then: a server has few to give, and others
/// need them. A broken or old one is dropped and replaced by a later borrower.
package final class PostgresPool: Sendable {
    private struct Pooled: Sendable {
        let session: PostgresSession
        let expires: ContinuousClock.Instant
    }

    private struct State {
        var pool: PoolState<Pooled>
        var waiters: [PoolState<Pooled>.WaiterID: Waiter] = [:]
        /// Closes connections that nobody uses; nil while there are none that are idle.
        var cleaner: Task<Void, Never>?
    }

    /// What the pool is doing at a moment.
    package struct Statistics: Sendable, Equatable {
        package var idle: Int
        package var busy: Int
        package var waiting: Int
    }

    static let maximumWaiters = 10_000
    private static let operation = "take a connection"

    let configuration: PostgresConfiguration
    private let logger: Logger
    private let state: Mutex<State>
    package let maximumConnections: Int

    /// Makes a pool, runs `body`, and closes the pool whatever `body` does.
    ///
    /// - Parameter maximumConnections: at least 1. Connections are made when they are first needed.
    package nonisolated(nonsending) static func withPool<R>(
        _ configuration: PostgresConfiguration, maximumConnections: Int, logger: Logger,
        _ body: nonisolated(nonsending) (PostgresPool) async throws -> R
    ) async throws -> R {
        let pool = PostgresPool(configuration, maximumConnections: maximumConnections, logger: logger)
        do {
            let result = try await body(pool)
            await pool.close()
            return result
        } catch {
            await pool.close()
            throw error
        }
    }

    /// A pool that its owner closes: prefer ``withPool(_:maximumConnections:logger:_:)``, which cannot forget it.
    ///
    /// - Parameter maximumConnections: at least 1. Connections are made when they are first needed.
    package init(_ configuration: PostgresConfiguration, maximumConnections: Int, logger: Logger) {
        self.configuration = configuration
        self.maximumConnections = max(1, maximumConnections)
        self.logger = logger
        state = Mutex(
            State(
                pool: PoolState(
                    maximumConnections: maximumConnections, maximumWaiters: Self.maximumWaiters,
                    keptConnections: configuration.keptConnections)))
    }

    package var statistics: Statistics {
        state.withLock { Statistics(idle: $0.pool.idle.count, busy: $0.pool.busy, waiting: $0.pool.waiting) }
    }

    /// Lends a connection to `body`. It ends with `body`, and goes back unless it is broken or left in a transaction.
    ///
    /// Throws `.poolTimedOut` when none became free within `PostgresConfiguration.poolTimeout`, what connecting throws
    /// when one had to be made, and what `body` throws.
    package nonisolated(nonsending) func withConnection<R>(
        _ body: nonisolated(nonsending) (PostgresConnection) async throws -> R
    ) async throws -> R {
        let pooled = try await take()
        let connection = PostgresConnection(pooled.session, responseTimeout: configuration.responseTimeout)
        let result: R
        do {
            result = try await body(connection)
        } catch {
            await giveBack(pooled, connection)
            throw error
        }
        await giveBack(pooled, connection)
        return result
    }

    /// Closes idle connections, wakes those who wait with `.poolClosed`, and closes lent connections as they come back.
    package func close() async {
        let (connections, waiters) = state.withLock { state -> ([Pooled], [Waiter]) in
            state.cleaner?.cancel()
            let (connections, ids) = state.pool.close()
            return (connections, ids.compactMap { state.waiters[$0] })
        }
        for waiter in waiters { waiter.signal() }
        for connection in connections { await connection.session.close() }
    }

    /// Asks each idle connection for an answer, all at once, and closes those that give none in time.
    ///
    /// For a process that was stopped for a while: a firewall or a failover may have ended connections without a word, and a
    /// statement sent on one of them would wait for its whole time limit.
    package func closeSilentConnections(within limit: Duration) async {
        let taken = state.withLock { $0.pool.takeIdle() }
        await withDiscardingTaskGroup { group in
            for pooled in taken {
                group.addTask {
                    if await !pooled.session.answers(within: limit) {
                        self.logger.info("an idle connection does not answer and is closed")
                        await pooled.session.close()
                    }
                    await self.release(pooled)
                }
            }
        }
    }

    // MARK: Taking

    private func take() async throws(PostgresError) -> Pooled {
        guard !Task.isCancelled else { throw Self.cancelled }
        let (acquisition, waiter) = state.withLock { state -> (PoolState<Pooled>.Acquisition, Waiter?) in
            let acquisition = state.pool.acquire()
            guard case .wait(let id) = acquisition else { return (acquisition, nil) }
            let waiter = Waiter()
            state.waiters[id] = waiter
            return (acquisition, waiter)
        }
        switch acquisition {
        case .use(let pooled): return try await checked(pooled)
        case .connect: return try await connect()
        case .closed: throw Self.closed
        case .crowded:
            throw PostgresError(
                .poolTimedOut, operation: Self.operation,
                message: "\(Self.maximumWaiters) tasks wait for one of \(maximumConnections) connections already")
        case .wait(let id):
            guard let waiter else { throw Self.closed }
            return try await wait(id, at: waiter)
        }
    }

    private func wait(_ id: UInt64, at waiter: Waiter) async throws(PostgresError) -> Pooled {
        let deadline = ContinuousClock.now.advanced(by: configuration.poolTimeout)
        let outcome = await waiter.wait(until: deadline, heedingCancellation: true)
        let (grant, isClosed) = state.withLock { state -> (PoolState<Pooled>.Grant?, Bool) in
            state.waiters[id] = nil
            let grant = outcome == .signalled ? state.pool.collect(id) : state.pool.giveUp(id)
            return (grant, state.pool.isClosed)
        }
        switch (outcome, grant) {
        // It was given and came back to the caller in time: no reason to check it.
        case (.signalled, .use(let pooled)): return pooled
        case (.signalled, .connect): return try await connect()
        case (_, .use(let pooled)): await release(pooled)
        case (_, .connect): wake(state.withLock { $0.pool.releaseSlot() })
        case (_, nil): break
        }
        if outcome == .cancelled { throw Self.cancelled }
        if isClosed { throw Self.closed }
        throw PostgresError(
            .poolTimedOut, operation: Self.operation,
            message: "none of \(maximumConnections) connections became free within \(configuration.poolTimeout)")
    }

    /// An idle connection, or a new one in its place when it has died or grown old.
    private func checked(_ pooled: Pooled) async throws(PostgresError) -> Pooled {
        if pooled.expires > .now, await pooled.session.isHealthy() { return pooled }
        logger.debug("replacing a connection of the pool")
        await pooled.session.close()
        return try await connect()
    }

    private func connect() async throws(PostgresError) -> Pooled {
        do throws(PostgresError) {
            let session = try await PostgresSession.connect(configuration, logger: logger)
            // Spread, so that connections made together do not all end together.
            let age = configuration.maximumConnectionAge * Double.random(in: 0.9...1.0)
            return Pooled(session: session, expires: .now.advanced(by: age))
        } catch {
            wake(state.withLock { $0.pool.releaseSlot() })
            throw error
        }
    }

    // MARK: Giving back

    private nonisolated(nonsending) func giveBack(_ pooled: Pooled, _ connection: PostgresConnection) async {
        await connection.retire()
        if await !pooled.session.isReusable {
            if pooled.session.isUsable { logger.warning("a connection came back inside a transaction and is closed") }
            await pooled.session.close()
        }
        await release(pooled)
    }

    private func release(_ pooled: Pooled) async {
        guard pooled.session.isUsable, pooled.expires > .now else {
            await pooled.session.close()
            return wake(state.withLock { $0.pool.releaseSlot() })
        }
        switch state.withLock({ $0.pool.release(pooled) }) {
        case .wake(let id): wake(id)
        case .kept: clean()
        case .close: await pooled.session.close()
        }
    }

    /// Begins to close what stays idle, unless that has begun. Ends when nothing is idle any more, or the pool is gone.
    private func clean() {
        let maximumIdleTime = configuration.maximumIdleTime
        state.withLock { state in
            guard state.cleaner == nil else { return }
            state.cleaner = Task { [weak self] in
                while let since = self?.idleSince() {
                    do { try await Task.sleep(until: since + maximumIdleTime) } catch { return }
                    for pooled in self?.removeIdle(since: .now - maximumIdleTime) ?? [] {
                        await pooled.session.close()
                    }
                }
            }
        }
    }

    /// - Returns: nil when nothing is idle; then the cleaner ends, and the next connection that comes back begins a new one.
    private func idleSince() -> ContinuousClock.Instant? {
        state.withLock { state in
            if state.pool.idleSince == nil { state.cleaner = nil }
            return state.pool.idleSince
        }
    }

    private func removeIdle(since limit: ContinuousClock.Instant) -> [Pooled] {
        state.withLock { $0.pool.removeIdle(since: limit) }
    }

    private func wake(_ id: UInt64?) {
        guard let id else { return }
        state.withLock { $0.waiters[id] }?.signal()
    }

    // MARK: Errors

    private static var cancelled: PostgresError {
        PostgresError(.cancelled, operation: operation, message: "cancelled while it waited for a connection")
    }

    private static var closed: PostgresError {
        PostgresError(.poolClosed, operation: operation, message: "the pool is closed")
    }
}
