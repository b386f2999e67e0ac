import Logging
import SyncCore

/// Takes the stream of a sync: users through delta and batch to the sender, damage into quarantine.
///
/// The parser calls it in the middle of a chunk, so there it only collects. Between chunks it passes batches to the sender, which
/// suspends while the queue is behind: that stops the reading, which stops the source.
struct SyncSink: StreamConsumer, ~Copyable {
    private let configuration: SyncConfiguration
    private let record: any SyncRecord
    private let comparison: TableComparison
    private let sender: BatchSender
    private let progress: SyncProgress
    private let observers: [any SyncObserver]
    private let clock: PipelineClock
    private let logger: Logger

    /// Damaged pieces stored per sync. Beyond this they are only counted, so that a stream of nothing but damage cannot fill
    /// the database.
    static let maximumStoredRejects = 100_000
    private static let rejectsPerWrite = 500

    /// How much the next attempt sends.
    var mode: SyncMode
    /// The attempt under way, counted from 1 over all readings of the sync.
    private(set) var attempt = 0
    /// Above the numbers of all batches that the sender has taken.
    private var nextBatchNumber: Int64 = 1
    /// Once chosen, the same for all attempts. No batch is sealed before.
    private var lanes: LaneAssignment?

    // Of the latest attempt:
    /// Until the lanes are chosen.
    private var learning: LaneLearning?
    private var openedAt: PipelineClock.Instant
    private var batcher: LaneBatcher
    private(set) var users = 0
    private(set) var rejectCount = 0
    /// Of the rejects, those that may hide a user.
    private(set) var damagedRecords = 0
    /// Of the rejects, those of each reason.
    private var rejectsByReason: [Reject.Reason: Int] = [:]
    /// What the stream was made of, once it was complete.
    private(set) var profile: SourceProfile?
    /// Batches sealed and not yet passed on.
    private var sealed: [Batch] = []
    /// Rejects not yet stored.
    private var rejects: [Reject] = []

    init(
        configuration: SyncConfiguration, record: any SyncRecord, comparison: TableComparison, sender: BatchSender,
        progress: SyncProgress, observers: [any SyncObserver], clock: PipelineClock, logger: Logger
    ) {
        self.configuration = configuration
        self.record = record
        self.comparison = comparison
        self.sender = sender
        self.progress = progress
        self.observers = observers
        self.clock = clock
        self.logger = logger
        openedAt = clock.now()
        mode = configuration.mode
        batcher = Self.batcher(
            configuration, syncID: record.syncID, attempt: 0, firstBatch: 1, lanes: .hashed(configuration.messageGroups)
        )
    }

    // MARK: The parser's calls

    mutating func receive(_ user: UserRecord) {
        users += 1
        learning?.note(user.userName)
        switch comparison.filter?.judge(user) ?? .send {
        case .send: add(user, isNew: false)
        case .sendNew: add(user, isNew: true)
        case .skip, .hold: break
        }
        if learning?.isComplete == true { chooseLanes() }
    }

    mutating func receive(_ reject: Reject) {
        rejects.append(reject)
        rejectCount += 1
        rejectsByReason[reject.reason, default: 0] += 1
        reject.userName?.withUnsafeBytes { comparison.filter?.noteNamed($0) }
        if reject.mayHideUser { damagedRecords += 1 }
    }

    private mutating func add(_ user: UserRecord, isNew: Bool) {
        if learning != nil {
            // What might be refused for its size is not held, so that it is refused at once.
            if batcher.surelyTakes(user), learning?.hold(user, isNew: isNew) == true { return }
            chooseLanes()
        }
        do {
            if let batch = try batcher.append(user, isNew: isNew) { sealed.append(batch) }
        } catch {
            users -= 1
            receive(
                Reject(
                    offset: user.offset, reason: .userTooLarge,
                    excerpt: Excerpt.printable(user.userName.prefix(160), isCut: true), userName: Array(user.userName)))
        }
    }

    /// Ends the learning: what waited goes to its lanes, in the order in which it came.
    private mutating func chooseLanes() {
        guard let learned = learning else { return }
        learning = nil
        let choice = learned.choice()
        logger.info(
            "lanes are chosen",
            metadata: [
                "names": .stringConvertible(choice.names), "reason": "\(choice.reason.rawValue)",
                "lanes": "\(choice.assignment.kind)",
            ])
        lanes = choice.assignment
        batcher = newBatcher()
        learned.release { add($0, isNew: $1) }
    }

    // MARK: The reader's calls

    mutating func beginAttempt() async throws {
        attempt += 1
        for observer in observers { observer.attemptBegins(progress) }
        progress.update { [attempt] counters in
            counters.streamAttempts = attempt
            (counters.received, counters.rejected, counters.streamBytes) = (0, 0, 0)
            (counters.skipped, counters.superseded) = (0, 0)
        }
        (users, rejectCount, damagedRecords) = (0, 0, 0)
        (rejectsByReason, profile) = ([:], nil)
        sealed.removeAll()
        rejects.removeAll()
        // What the attempt before has held was never sent, and comes again.
        learning =
            lanes == nil
            ? LaneLearning(lanes: configuration.messageGroups, batchSize: configuration.batchSize) : nil
        batcher = newBatcher()
        try await record.beginAttempt(attempt, firstBatch: nextBatchNumber)
    }

    mutating func streamOpened() async throws {
        // The source answers: from here on older syncs write nothing, and what the table holds can be relied on.
        try await record.overtake()
        try await comparison.beginAttempt(mode)
        openedAt = clock.now()
    }

    mutating func passOn(streamBytes: Int64) async throws {
        if learning != nil, clock.now() - openedAt >= LaneLearning.longestTime { chooseLanes() }
        try await sendSealed()
        if rejects.count >= Self.rejectsPerWrite { try await storeRejects() }
        publish(streamBytes)
    }

    mutating func attemptFailed() async throws {
        // A body that is damage to its end is one piece, which is known only now.
        progress.update { [rejectCount] counters in counters.rejected = rejectCount }
        try await storeRejects()
    }

    mutating func complete(_ profile: SourceProfile) async throws {
        comparison.filter?.releaseHeld { add($0, isNew: false) }
        chooseLanes()
        try await sendSealed()
        try await storeRejects()
        publish(profile.bytes)
        while let batch = batcher.flushNext() { try await send(batch) }
        self.profile = profile
        self.profile?.users = users
        for (reason, count) in rejectsByReason { self.profile?.rejects[reason.rawValue] = count }
    }

    private mutating func sendSealed() async throws {
        let batches = sealed
        sealed.removeAll(keepingCapacity: true)
        for batch in batches { try await send(batch) }
    }

    private mutating func send(_ batch: Batch) async throws {
        try await sender.enqueue(batch)
        nextBatchNumber = batch.number + 1
    }

    private mutating func storeRejects() async throws {
        let room = Self.maximumStoredRejects - (rejectCount - rejects.count)
        let stored = rejects.prefix(max(0, room))
        rejects.removeAll(keepingCapacity: true)
        if !stored.isEmpty { try await record.record(Array(stored)) }
    }

    private func publish(_ streamBytes: Int64) {
        let (users, rejectCount) = (users, rejectCount)
        let unsent = comparison.filter?.counts ?? DeltaFilter.Counts()
        progress.update { counters in
            counters.received = users
            counters.rejected = rejectCount
            counters.streamBytes = streamBytes
            counters.skipped = unsent.skipped
            counters.superseded = unsent.superseded
        }
    }

    private func newBatcher() -> LaneBatcher {
        Self.batcher(
            configuration, syncID: record.syncID, attempt: attempt, firstBatch: nextBatchNumber,
            lanes: lanes ?? .hashed(configuration.messageGroups))
    }

    private static func batcher(
        _ configuration: SyncConfiguration, syncID: Int64, attempt: Int, firstBatch: Int64, lanes: LaneAssignment
    ) -> LaneBatcher {
        LaneBatcher(
            syncID: syncID, attempt: attempt, firstBatchNumber: firstBatch, lanes: lanes,
            maximumUsers: configuration.batchSize,
            maximumBodyBytes: configuration.maximumMessageBytes - MessageAttributes.maximumBytes,
            extraFields: configuration.extraFields)
    }
}
