import SyncCore

/// How far a sync is, at one moment: all that a display needs to know.
struct ProgressSnapshot: Sendable, Equatable {
    var phase: SyncProgress.Phase
    /// Time since the sync began.
    var elapsed: Duration
    var counters: SyncCounters
    /// Rates of the last seconds; nil until there is something to compare.
    var usersPerSecond: Double?
    var bytesPerSecond: Double?
    var batchesAppliedPerSecond: Double?
    /// nil when it is not known.
    var queue: QueueDepth?
    /// nil when no sync has ever completed, or that is not known yet.
    var last: LastSync?

    /// Batches that the queue accepted and nobody has applied yet.
    var batchesInFlight: Int { max(0, counters.batchesSent - counters.batchesApplied) }
}

/// What the queue says it holds. The counts of SQS are approximate: to be shown, never to be decided by.
struct QueueDepth: Sendable, Equatable {
    /// Messages that wait for a worker.
    let waiting: Int
    /// Messages that a worker has received and not yet deleted.
    let inHand: Int

    init(waiting: Int, inHand: Int) {
        self.waiting = waiting
        self.inHand = inHand
    }

    /// The attributes that are to be asked for.
    static let attributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    /// nil when the answer lacks one of the two counts.
    init?(attributes: [String: String]) {
        let counts = Self.attributeNames.map { attributes[$0].flatMap { Int($0) } }
        guard let waiting = counts[0], let inHand = counts[1] else { return nil }
        self.init(waiting: waiting, inHand: inHand)
    }
}

/// The last completed sync, as a measure for the one that runs.
struct LastSync: Sendable, Equatable {
    /// Users it received, more than 0.
    let users: Int
    let duration: Duration

    init(users: Int, duration: Duration) {
        self.users = users
        self.duration = duration
    }

    /// nil when the row is no measure for anything.
    init?(_ entry: SyncLogEntry?) {
        guard let entry, entry.status == .completed, entry.counters.received > 0,
            let milliseconds = entry.durationMilliseconds
        else { return nil }
        self.init(users: entry.counters.received, duration: .milliseconds(milliseconds))
    }
}
