import SyncCore
import SyncPipeline

/// How much of a sync is done and how long the rest may take, judged by the last completed sync and the present pace.
struct ProgressEstimate: Sendable, Equatable {
    /// 0 to 1; nil when there is nothing to compare with.
    let fractionDone: Double?
    /// nil when it cannot be said.
    let remaining: Duration?

    init(_ snapshot: ProgressSnapshot) {
        switch snapshot.phase {
        case .streaming: self.init(streaming: snapshot)
        case .draining: self.init(draining: snapshot)
        }
    }

    /// The stream says nothing about its length: the last sync does. What has arrived by now is put against it at the present
    /// pace; when the workers are slower than the stream, they are what takes the time.
    private init(streaming snapshot: ProgressSnapshot) {
        let counters = snapshot.counters
        guard let last = snapshot.last, counters.received < last.users else {
            fractionDone = nil
            remaining = nil
            return
        }
        // A stream that is complete but for a user is not "100 %" done.
        fractionDone = min(0.99, Double(counters.received) / Double(last.users))
        guard let pace = snapshot.usersPerSecond, pace > 0 else {
            remaining = nil
            return
        }
        var seconds = Double(last.users - counters.received) / pace
        if let applied = snapshot.batchesAppliedPerSecond, applied > 0, counters.received > 0 {
            let batches = Double(counters.batchesSent) * Double(last.users) / Double(counters.received)
            seconds = max(seconds, (batches - Double(counters.batchesApplied)) / applied)
        }
        remaining = .seconds(seconds)
    }

    private init(draining snapshot: ProgressSnapshot) {
        let counters = snapshot.counters
        guard counters.batchesSent > 0 else {
            fractionDone = 1
            remaining = nil
            return
        }
        fractionDone = min(1, Double(counters.batchesApplied) / Double(counters.batchesSent))
        guard let pace = snapshot.batchesAppliedPerSecond, pace > 0 else {
            remaining = nil
            return
        }
        remaining = .seconds(Double(snapshot.batchesInFlight) / pace)
    }
}
