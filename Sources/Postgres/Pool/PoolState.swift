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
    /// How many connections stay, however long they are idle.
    let keptConnections: Int
    private(set) var isClosed = false
    private(set) var busy = 0
    /// In the order in which they came back. The last one used is the first one taken: its caches are warm, and the others stay unused
    /// until they are closed.
    private var unused: [(connection: Connection, since: ContinuousClock.Instant)] = []
    private var waiters = Deque<WaiterID>()
    /// Given, and not yet fetched.
    private var grants: [WaiterID: Grant] = [:]
    private var lastWaiter: WaiterID = 0

    init(maximumConnections: Int, maximumWaiters: Int, keptConnections: Int = 0) {
        self.maximumConnections = max(1, maximumConnections)
        self.maximumWaiters = maximumWaiters
        self.keptConnections = max(0, keptConnections)
    }

    var waiting: Int { waiters.count }
    var idle: [Connection] { unused.map(\.connection) }
    /// Since when the connection has been idle that is closed next; nil when none is.
    var idleSince: ContinuousClock.Instant? { removable.first?.since }

    /// The ones that were used last stay. Busy ones are not counted: they come back as the last.
    private var removable: ArraySlice<(connection: Connection, since: ContinuousClock.Instant)> {
        unused.dropLast(keptConnections)
    }

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
        return removeFirst(unused.count)
    }

    /// Removes the connections that have been idle since `limit` or longer, which must be closed, but for those that are kept.
    mutating func removeIdle(since limit: ContinuousClock.Instant) -> [Connection] {
        removeFirst(removable.prefix { $0.since <= limit }.count)
    }

    private mutating func removeFirst(_ count: Int) -> [Connection] {
        let removed = unused.prefix(count).map(\.connection)
        unused.removeFirst(count)
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
        return (removeFirst(unused.count), Array(waiters))
    }
}
