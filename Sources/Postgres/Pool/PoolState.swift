import DequeModule

/// Who may have a connection, who waits, and what happens next: the pool's decisions, without its connections.
///
/// A slot is the right to have one connection. It is busy while a task holds a connection or makes one; its connection
/// is idle otherwise. Freed slots go to the task that has waited longest.
struct PoolState<Connection> {
    typealias WaiterID = UInt64

    enum Acquisition {
        case use(Connection)
        /// A slot is the caller's, who must make the connection.
        case connect
        case wait(WaiterID)
        case crowded
        case closed
    }

    /// What a waiter is given.
    enum Grant {
        case use(Connection)
        case connect
    }

    enum Release {
        /// The waiter to wake: a grant is there for it.
        case wake(WaiterID)
        case kept
        /// The pool is closed: so must be the connection.
        case close
    }

    let maximumConnections: Int
    let maximumWaiters: Int
    private(set) var isClosed = false
    private(set) var busy = 0
    /// In the order in which they came back. The last one used is the first one taken: its caches are warm, and the others stay unused
    /// until they are closed.
    private var unused: [(connection: Connection, since: ContinuousClock.Instant)] = []
    private var waiters = Deque<WaiterID>()
    /// Given, and not yet fetched.
    private var grants: [WaiterID: Grant] = [:]
    private var lastWaiter: WaiterID = 0

    init(maximumConnections: Int, maximumWaiters: Int) {
        self.maximumConnections = max(1, maximumConnections)
        self.maximumWaiters = maximumWaiters
    }

    var waiting: Int { waiters.count }
    var idle: [Connection] { unused.map(\.connection) }
    /// Since when the connection that is idle for longest has been so.
    var idleSince: ContinuousClock.Instant? { unused.first?.since }

    mutating func acquire() -> Acquisition {
        guard !isClosed else { return .closed }
        if let connection = unused.popLast()?.connection {
            busy += 1
            return .use(connection)
        }
        guard busy >= maximumConnections else {
            busy += 1
            return .connect
        }
        guard waiters.count < maximumWaiters else { return .crowded }
        lastWaiter += 1
        waiters.append(lastWaiter)
        return .wait(lastWaiter)
    }

    /// Takes all idle connections, each with its slot, which must be released.
    mutating func takeIdle() -> [Connection] {
        busy += unused.count
        return removeIdle { _ in true }
    }

    /// Removes the connections that have been idle since `limit` or longer, which must be closed.
    mutating func removeIdle(since limit: ContinuousClock.Instant) -> [Connection] {
        removeIdle { $0 <= limit }
    }

    private mutating func removeIdle(where isRemoved: (ContinuousClock.Instant) -> Bool) -> [Connection] {
        let removed = unused.filter { isRemoved($0.since) }.map(\.connection)
        unused.removeAll { isRemoved($0.since) }
        return removed
    }

    /// Takes back a connection that can be used again.
    mutating func release(_ connection: Connection, at now: ContinuousClock.Instant = .now) -> Release {
        guard !isClosed else {
            busy -= 1
            return .close
        }
        guard let waiter = waiters.popFirst() else {
            busy -= 1
            unused.append((connection, now))
            return .kept
        }
        grants[waiter] = .use(connection)
        return .wake(waiter)
    }

    /// Takes back a slot whose connection is gone or was never made. Returns the waiter that now has the slot.
    mutating func releaseSlot() -> WaiterID? {
        guard !isClosed, let waiter = waiters.popFirst() else {
            busy -= 1
            return nil
        }
        grants[waiter] = .connect
        return waiter
    }

    /// Fetches what a woken waiter was given; nil when it was woken because the pool closed.
    mutating func collect(_ waiter: WaiterID) -> Grant? { grants.removeValue(forKey: waiter) }

    /// Ends a wait. Returns a grant that came in the same moment, which the caller must release.
    mutating func giveUp(_ waiter: WaiterID) -> Grant? {
        if let index = waiters.firstIndex(of: waiter) { waiters.remove(at: index) }
        return grants.removeValue(forKey: waiter)
    }

    /// Refuses everybody from now on. Returns the connections to close and the waiters to wake.
    mutating func close() -> (connections: [Connection], waiters: [WaiterID]) {
        isClosed = true
        defer { waiters = [] }
        return (removeIdle { _ in true }, Array(waiters))
    }
}
