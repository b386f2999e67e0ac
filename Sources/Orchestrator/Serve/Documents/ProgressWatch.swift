import SyncCore
import SyncPipeline

/// Follows the newest sync by its record, wherever it runs, and says how fast it is and how long it may take.
struct ProgressWatch: Sendable {
    private var syncID: Int64?
    private var rates = ProgressRates()
    /// What the last completed sync was like; looked up anew when another sync comes.
    private(set) var last: LastSync?

    /// Whether ``last`` must be looked up for this sync.
    func needsLast(for entry: SyncLogEntry) -> Bool { entry.id != syncID }

    /// Takes a sync that has not been seen before.
    mutating func begin(_ entry: SyncLogEntry, last: LastSync?) {
        self = ProgressWatch()
        syncID = entry.id
        self.last = last
    }

    /// Takes the sync as it is now.
    /// - Parameters:
    ///   - now: microseconds since 1970-01-01T00:00:00Z, by the clock that the sync's start was taken from.
    ///   - isCancellable: whether it runs in this process.
    mutating func document(_ entry: SyncLogEntry?, now: Int64, isCancellable: Bool) -> ProgressDocument {
        guard let entry, !entry.status.isFinal else {
            return ProgressDocument(sync: entry.map(SyncLogDocument.init), isCancellable: isCancellable, pace: nil)
        }
        let elapsed = Duration.microseconds(max(0, now - entry.startedAt))
        rates.observe(entry.counters, at: elapsed)
        let snapshot = ProgressSnapshot(
            phase: entry.status == .processing ? .draining : .streaming, elapsed: elapsed, counters: entry.counters,
            usersPerSecond: rates.usersPerSecond, bytesPerSecond: rates.bytesPerSecond,
            batchesAppliedPerSecond: rates.batchesAppliedPerSecond, queue: nil, last: last)
        return ProgressDocument(
            sync: SyncLogDocument(entry), isCancellable: isCancellable, pace: ProgressDocument.Pace(snapshot))
    }
}

/// What an event of `/events` says.
struct ProgressDocument: Encodable {
    let sync: SyncLogDocument?
    let isCancellable: Bool
    /// nil unless the sync is under way.
    let pace: Pace?

    /// How fast a sync is; a value is nil where it is not known.
    struct Pace: Encodable {
        let elapsedMilliseconds: Int64
        let usersPerSecond: Double?
        let batchesAppliedPerSecond: Double?
        /// 0 to 1.
        let fractionDone: Double?
        let remainingSeconds: Int64?

        init(_ snapshot: ProgressSnapshot) {
            let estimate = ProgressEstimate(snapshot)
            elapsedMilliseconds = Int64(snapshot.elapsed / .milliseconds(1))
            usersPerSecond = snapshot.usersPerSecond
            batchesAppliedPerSecond = snapshot.batchesAppliedPerSecond
            fractionDone = estimate.fractionDone
            remainingSeconds = estimate.remaining.map(\.components.seconds)
        }

        private enum CodingKeys: String, CodingKey {
            case elapsedMilliseconds = "elapsed_ms"
            case usersPerSecond = "users_per_second"
            case batchesAppliedPerSecond = "batches_applied_per_second"
            case fractionDone = "fraction_done"
            case remainingSeconds = "remaining_seconds"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(elapsedMilliseconds, forKey: .elapsedMilliseconds)
            try container.encode(usersPerSecond, forKey: .usersPerSecond)
            try container.encode(batchesAppliedPerSecond, forKey: .batchesAppliedPerSecond)
            try container.encode(fractionDone, forKey: .fractionDone)
            try container.encode(remainingSeconds, forKey: .remainingSeconds)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case sync, pace
        case isCancellable = "cancellable"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sync, forKey: .sync)
        try container.encode(isCancellable, forKey: .isCancellable)
        try container.encode(pace, forKey: .pace)
    }
}
