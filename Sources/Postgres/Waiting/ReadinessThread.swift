import CLibpq
import Glibc
import Synchronization

/// The one thread that waits for sockets and deadlines on behalf of every connection.
///
/// A socket is registered once, with no interest; a wait arms it for one event (`EPOLLONESHOT`), so that a socket nobody
/// waits for costs nothing and wakes nobody. epoll carries the identifier of a waiter and not the descriptor: an
/// event that was already under way when its socket was closed meets no waiter, even if the kernel has given the same
/// number to another socket since.
final class ReadinessThread: Sendable {
    /// Lives as long as the process.
    static let shared = ReadinessThread()

    /// What a wait is for.
    enum Interest: Sendable { case readable, readableOrWritable }

    private struct Deadline {
        var waiter: Waiter
        var ticket: UInt64
        var instant: ContinuousClock.Instant
    }

    private struct State {
        /// Why there is no thread to wait for anything, if so.
        var failure: Int32?
        var waiters: [UInt64: Waiter] = [:]
        var deadlines: [UInt64: Deadline] = [:]
        /// Not later than the earliest deadline. Taking a deadline away leaves it as it is: one needless look is cheaper
        /// than keeping an order for deadlines that almost never pass.
        var earliest: ContinuousClock.Instant?
    }

    private static let wakeUpIdentifier: UInt64 = 0
    private static let eventsAtOnce = 64

    private let epoll: Int32
    private let wakeUp: Int32
    private let lastIdentifier = Atomic<UInt64>(ReadinessThread.wakeUpIdentifier)
    private let state = Mutex(State())

    private init() {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        wakeUp = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        var event = Self.event(EPOLLIN.rawValue, Self.wakeUpIdentifier)
        var failure: Int32? = epoll_ctl(epoll, EPOLL_CTL_ADD, wakeUp, &event) == 0 ? nil : errno
        if failure == nil {
            let code = DetachedThread.start(name: "pg-readiness") { self.run() }
            failure = code == 0 ? nil : code
        }
        state.withLock { $0.failure = failure }
    }

    /// The error number that kept the thread from starting, if any: out of descriptors, memory or threads.
    var failure: Int32? { state.withLock { $0.failure } }

    func makeIdentifier() -> UInt64 { lastIdentifier.add(1, ordering: .relaxed).newValue }

    // MARK: Sockets

    /// Ties a socket to the waiter that its events signal. Returns 0 or an error number.
    func register(_ descriptor: Int32, for waiter: Waiter) -> Int32 {
        state.withLock { $0.waiters[waiter.identifier] = waiter }
        var event = Self.event(0, waiter.identifier)
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0 else { return 0 }
        let code = errno
        state.withLock { $0.waiters[waiter.identifier] = nil }
        return code
    }

    /// Forgets a socket. It must still be open.
    func unregister(_ descriptor: Int32, for waiter: Waiter) {
        state.withLock { $0.waiters[waiter.identifier] = nil }
        var event = Self.event(0, waiter.identifier)
        epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event)
    }

    /// Lets the next event of a registered socket signal its waiter, once. Returns 0 or an error number.
    func arm(_ descriptor: Int32, _ interest: Interest, for waiter: Waiter) -> Int32 {
        var events = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLONESHOT.rawValue
        if interest == .readableOrWritable { events |= EPOLLOUT.rawValue }
        var event = Self.event(events, waiter.identifier)
        return epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event) == 0 ? 0 : errno
    }

    private static func event(_ events: UInt32, _ identifier: UInt64) -> epoll_event {
        epoll_event(events: events, data: epoll_data_t(u64: identifier))
    }

    // MARK: Deadlines

    /// Ends the wait with this ticket when `deadline` has passed.
    func schedule(_ waiter: Waiter, ticket: UInt64, deadline: ContinuousClock.Instant) {
        let isEarliest = state.withLock { state -> Bool in
            state.deadlines[waiter.identifier] = Deadline(waiter: waiter, ticket: ticket, instant: deadline)
            guard let earliest = state.earliest, earliest <= deadline else {
                state.earliest = deadline
                return true
            }
            return false
        }
        if isEarliest { eventfd_write(wakeUp, 1) }
    }

    func unschedule(_ waiter: Waiter) {
        _ = state.withLock { $0.deadlines.removeValue(forKey: waiter.identifier) }
    }

    // MARK: The thread

    private func run() {
        withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.eventsAtOnce) { events in
            while true {
                let count = epoll_wait(epoll, events.baseAddress, Int32(events.count), millisecondsToWait())
                // Negative only for EINTR: the descriptor and the buffer are valid for ever.
                for index in 0..<max(0, Int(count)) { dispatch(events[index].data.u64) }
                endOverdueWaits()
            }
        }
    }

    private func dispatch(_ identifier: UInt64) {
        guard identifier != Self.wakeUpIdentifier else {
            var ignored: eventfd_t = 0
            eventfd_read(wakeUp, &ignored)
            return
        }
        state.withLock { $0.waiters[identifier] }?.signal()
    }

    private func millisecondsToWait() -> Int32 {
        guard let earliest = state.withLock({ $0.earliest }) else { return -1 }
        let remaining = ContinuousClock.now.duration(to: earliest)
        guard remaining > .zero else { return 0 }
        // Rounded up: a wait that ends a little early would only be repeated.
        let (seconds, attoseconds) = remaining.components
        guard seconds < 1_000_000 else { return Int32.max }
        return Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }

    private func endOverdueWaits() {
        let now = ContinuousClock.now
        let overdue = state.withLock { state -> [Deadline] in
            guard let earliest = state.earliest, earliest <= now else { return [] }
            let overdue = state.deadlines.values.filter { $0.instant <= now }
            for deadline in overdue { state.deadlines[deadline.waiter.identifier] = nil }
            state.earliest = state.deadlines.values.map(\.instant).min()
            return overdue
        }
        for deadline in overdue { deadline.waiter.end(ticket: deadline.ticket, .timedOut) }
    }
}
