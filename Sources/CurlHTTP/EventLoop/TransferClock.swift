/// Says when a transfer has run out of time; told of events, it reads no clock itself.
///
/// Until the connection stands libcurl's own connect limit applies, and only ``total`` of these two.
struct TransferClock {
    typealias Instant = ContinuousClock.Instant

    enum Expiry: Equatable {
        case idle(Duration)
        case total(Duration)
    }

    private let idle: Duration?
    private let total: Duration?
    private let startedAt: Instant
    /// `nil` while idle time is not counted: before the connection stands, and while the reader keeps the transfer paused.
    private var countsIdleSince: Instant?

    init(_ timeouts: HTTPTimeouts, startedAt: Instant) {
        idle = timeouts.idle
        total = timeouts.total
        self.startedAt = startedAt
    }

    mutating func connected(at now: Instant) { countsIdleSince = now }
    mutating func moved(at now: Instant) { countsIdleSince = now }
    mutating func paused() { countsIdleSince = nil }
    mutating func resumed(at now: Instant) { countsIdleSince = now }

    /// A moment before which ``expiry(at:)`` has nothing to say, whatever happens until then; `nil`: never.
    ///
    /// Events only move the limits back. Where idle time is not counted now, it may be from now on at the earliest.
    func nextCheck(from now: Instant) -> Instant? {
        let idleEnd = idle.map { (countsIdleSince ?? now) + $0 }
        let totalEnd = total.map { startedAt + $0 }
        guard let idleEnd, let totalEnd else { return idleEnd ?? totalEnd }
        return min(idleEnd, totalEnd)
    }

    func expiry(at now: Instant) -> Expiry? {
        if let total, now >= startedAt + total { return .total(total) }
        if let idle, let countsIdleSince, now >= countsIdleSince + idle { return .idle(idle) }
        return nil
    }
}
