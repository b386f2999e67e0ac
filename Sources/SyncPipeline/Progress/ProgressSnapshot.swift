package import SyncCore

/// How far a sync is, at one moment: all that a display needs to know.
package struct ProgressSnapshot: Sendable, Equatable {
    package var phase: SyncProgress.Phase
    /// Time since the sync began.
    package var elapsed: Duration
    package var counters: SyncCounters
    /// Rates of the last seconds; nil until there is something to compare.
    package var usersPerSecond: Double?
    package var bytesPerSecond: Double?
    package var batchesAppliedPerSecond: Double?
    /// Batches that are known to be dead letters.
    package var batchesDead: Int
    /// nil when it is not known.
    package var queue: QueueDepth?
    /// nil when no sync has ever completed, or that is not known yet.
    package var last: LastSync?

    package init(
        phase: SyncProgress.Phase, elapsed: Duration, counters: SyncCounters, usersPerSecond: Double? = nil,
        bytesPerSecond: Double? = nil, batchesAppliedPerSecond: Double? = nil, batchesDead: Int = 0,
        queue: QueueDepth? = nil,
        last: LastSync? = nil
    ) {
        self.phase = phase
        self.elapsed = elapsed
        self.counters = counters
        self.usersPerSecond = usersPerSecond
        self.bytesPerSecond = bytesPerSecond
        self.batchesAppliedPerSecond = batchesAppliedPerSecond
        self.batchesDead = batchesDead
        self.queue = queue
        self.last = last
    }

    /// Batches that the queue accepted and nobody has applied yet.
    package var batchesInFlight: Int { max(0, counters.batchesSent - counters.batchesApplied) }
}

/// What the queue says it holds. The counts of SQS are approximate: to be shown, never to be decided by.
package struct QueueDepth: Sendable, Equatable {
    /// Messages that wait for a worker.
    package let waiting: Int
    /// Messages that a worker has received and not yet deleted.
    package let inFlight: Int

    package init(waiting: Int, inFlight: Int) {
        self.waiting = waiting
        self.inFlight = inFlight
    }

    /// The attributes that are to be asked for.
    package static let attributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    /// nil when the answer lacks one of the two counts.
    package init?(attributes: [String: String]) {
        let counts = Self.attributeNames.map { attributes[$0].flatMap { Int($0) } }
        guard let waiting = counts[0], let inFlight = counts[1] else { return nil }
        self.init(waiting: waiting, inFlight: inFlight)
    }
}

/// The last completed sync, as a measure for the one that runs.
package struct LastSync: Sendable, Equatable {
    /// Users it received, more than 0.
    package let users: Int
    package let duration: Duration

    package init(users: Int, duration: Duration) {
        self.users = users
        self.duration = duration
    }

    /// nil when the row is no measure for anything.
    package init?(_ entry: SyncLogEntry?) {
        guard let entry, entry.status == .completed, entry.counters.received > 0,
            let milliseconds = entry.durationMilliseconds
        else { return nil }
        self.init(users: entry.counters.received, duration: .milliseconds(milliseconds))
    }
}
