package import SyncCore
import Synchronization

/// How far the running sync is, shared by the parts that count and those that show.
package final class SyncProgress: Sendable {
    /// What the sync is doing.
    package enum Phase: Sendable {
        /// Reading the legacy stream and sending batches.
        case streaming
        /// The stream is complete; waiting until all batches are applied.
        case draining
    }

    private struct State {
        var counters = SyncCounters()
        var phase = Phase.streaming
        var queue: QueueDepth?
        var last: LastSync?
        var shortage: RecordMinimum.Shortage?
        var isMarkingPostponed = false
        var sourceChanges = 0
        var batchesDead = 0
    }

    package let syncID: Int64
    private let state = Mutex(State())

    package init(syncID: Int64) {
        self.syncID = syncID
    }

    package var counters: SyncCounters { state.withLock { $0.counters } }

    package func update(_ change: (inout SyncCounters) -> Void) {
        state.withLock { change(&$0.counters) }
    }

    /// The stream is complete.
    package func beginDraining() { state.withLock { $0.phase = .draining } }

    /// How many batches of this sync are known to be dead letters.
    package func note(batchesDead: Int) { state.withLock { $0.batchesDead = batchesDead } }

    /// What the queue says it holds; nil when it could not be asked.
    package func note(_ queue: QueueDepth?) { state.withLock { $0.queue = queue } }

    /// What the last completed sync was like.
    package func note(_ last: LastSync?) { state.withLock { $0.last = last } }

    /// Too few records, when that is why the sync fails.
    package var shortage: RecordMinimum.Shortage? { state.withLock { $0.shortage } }

    /// The sync fails because the source sent too few records.
    package func note(_ shortage: RecordMinimum.Shortage) { state.withLock { $0.shortage = shortage } }

    /// Whether missing users were kept because damage may hide them.
    package var isMarkingPostponed: Bool { state.withLock { $0.isMarkingPostponed } }

    /// Missing users are kept this time, because damage may hide them.
    package func noteMarkingPostponed() { state.withLock { $0.isMarkingPostponed = true } }

    /// In how many ways the source is not what it was.
    package var sourceChanges: Int { state.withLock { $0.sourceChanges } }

    /// The source is not what it was.
    package func note(_ changes: [SourceChange]) { state.withLock { $0.sourceChanges = changes.count } }

    /// All of it as it is now, with the rates since the snapshots before.
    package func snapshot(elapsed: Duration, rates: inout ProgressRates) -> ProgressSnapshot {
        let state = state.withLock { $0 }
        rates.observe(state.counters, at: elapsed)
        return ProgressSnapshot(
            phase: state.phase, elapsed: elapsed, counters: state.counters, usersPerSecond: rates.usersPerSecond,
            bytesPerSecond: rates.bytesPerSecond, batchesAppliedPerSecond: rates.batchesAppliedPerSecond,
            batchesDead: state.batchesDead, queue: state.queue, last: state.last)
    }
}
