import SyncCore
import SyncPipeline

/// Notices that a sync does not move: a person at the terminal is told instead of being left with numbers that stay the same.
struct Standstill: Sendable {
    /// Shorter pauses are usual: a slow batch, a retry.
    static let shownAfter = Duration.seconds(10)

    private struct Mark: Equatable {
        let phase: SyncProgress.Phase
        let attempts: Int
        /// What grows in this phase: bytes of the stream, then applied batches.
        let value: Int64

        init(_ snapshot: ProgressSnapshot) {
            phase = snapshot.phase
            attempts = snapshot.counters.streamAttempts
            value =
                switch snapshot.phase {
                case .streaming: snapshot.counters.streamBytes
                case .draining: Int64(snapshot.counters.batchesApplied)
                }
        }
    }

    private var last: (mark: Mark, since: Duration)?

    /// Takes the sync as it is now; moments come in order.
    /// - Returns: for how long nothing has moved; nil while that is usual.
    mutating func observe(_ snapshot: ProgressSnapshot) -> Duration? {
        let mark = Mark(snapshot)
        guard let last, last.mark == mark else {
            last = (mark, snapshot.elapsed)
            return nil
        }
        let still = snapshot.elapsed - last.since
        return still >= Self.shownAfter ? still : nil
    }
}
