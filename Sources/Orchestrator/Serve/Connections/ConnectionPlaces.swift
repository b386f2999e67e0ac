import Synchronization

/// Who is connected, and who makes room when all places are taken.
///
/// A connection without a complete request costs an attacker nothing, so it can claim nothing: the oldest of these goes first. Nor does
/// one that does not take its answer. One whose request is being answered stays.
final class ConnectionPlaces<Member: Sendable>: Sendable {
    typealias Ticket = UInt64

    private struct State {
        var next: Ticket = 0
        var connected: Set<Ticket> = []
        /// Those that wait for a request, by the moment since when: tickets of waiting ascend.
        var waiting: [Ticket: (since: UInt64, member: Member)] = [:]
        var clock: UInt64 = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) {
        self.limit = limit
    }

    var count: Int { state.withLock { $0.connected.count } }

    /// Takes in a connection, which waits for its first request.
    /// - Returns: its ticket, and the connection that makes room for it; nil when there was room, or none is waiting.
    func enter(_ member: Member) -> (ticket: Ticket, evicted: Member?) {
        state.withLock { state in
            var evicted: Member?
            if state.connected.count >= limit, let oldest = state.waiting.min(by: { $0.value.since < $1.value.since }) {
                evicted = oldest.value.member
                state.waiting[oldest.key] = nil
                state.connected.remove(oldest.key)
            }
            let ticket = state.next
            state.next += 1
            state.connected.insert(ticket)
            state.clock += 1
            state.waiting[ticket] = (state.clock, member)
            return (ticket, evicted)
        }
    }

    /// A request is complete: it is being answered.
    func begin(_ ticket: Ticket) {
        state.withLock { $0.waiting[ticket] = nil }
    }

    /// The answer was written: the connection waits for the next request.
    func end(_ ticket: Ticket, _ member: Member) {
        state.withLock { state in
            guard state.connected.contains(ticket) else { return }
            state.clock += 1
            state.waiting[ticket] = (state.clock, member)
        }
    }

    func leave(_ ticket: Ticket) {
        state.withLock { state in
            state.connected.remove(ticket)
            state.waiting[ticket] = nil
        }
    }
}
