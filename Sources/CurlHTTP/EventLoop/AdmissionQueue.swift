internal import DequeModule

/// Decides which requests run now and which wait for a connection to their origin, first come, first served.
///
/// libcurl has such a queue too, but the time spent in it counts as time to connect there.
struct AdmissionQueue {
    private struct Origin {
        var running = 0
        var waiting: Deque<TransferID> = []
    }

    private let maximumPerOrigin: Int
    private var origins: [String: Origin] = [:]

    init(maximumPerOrigin: Int) {
        self.maximumPerOrigin = maximumPerOrigin
    }

    /// Returns whether the request may run now; otherwise ``finished(_:)`` names it later.
    mutating func admit(_ id: TransferID, to origin: String) -> Bool {
        var entry = origins[origin] ?? Origin()
        defer { origins[origin] = entry }
        guard entry.running < maximumPerOrigin else {
            entry.waiting.append(id)
            return false
        }
        entry.running += 1
        return true
    }

    /// Ends a running request and returns the one that runs in its place.
    mutating func finished(_ origin: String) -> TransferID? {
        guard var entry = origins[origin] else { return nil }
        let next = entry.waiting.popFirst()
        if next == nil { entry.running -= 1 }
        // Origins are forgotten: a client that meets many of them must not grow.
        origins[origin] = entry.running == 0 ? nil : entry
        return next
    }

    /// Takes a request that waits out of the queue.
    mutating func withdraw(_ id: TransferID, from origin: String) {
        guard let index = origins[origin]?.waiting.firstIndex(of: id) else { return }
        origins[origin]?.waiting.remove(at: index)
    }
}
