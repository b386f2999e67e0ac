import SyncCore
import Synchronization

/// The counters of the running sync, shared by the parts that count and those that show.
final class SyncProgress: Sendable {
    private let state = Mutex(SyncCounters())

    var counters: SyncCounters { state.withLock { $0 } }

    func update(_ change: (inout SyncCounters) -> Void) {
        state.withLock { change(&$0) }
    }
}
