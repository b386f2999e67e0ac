import SyncCore

/// Takes what the parser finds: users into their lanes if they must be sent, damage aside.
///
/// Works within the parser's call, so it only collects; the reader sends batches and stores rejects between chunks.
struct StreamSink: LegacyStreamSink, ~Copyable {
    private var batcher: LaneBatcher
    private let filter: DeltaFilter?
    /// Batches that were sealed and not yet taken away.
    private(set) var sealed: [Batch] = []
    /// Rejects not yet taken away.
    private(set) var rejects: [Reject] = []
    /// Users taken so far, sent or not.
    private(set) var users = 0
    /// Rejects so far.
    private(set) var rejectCount = 0
    /// Of the rejects, those that may have been users.
    private(set) var damagedRecords = 0

    init(batcher: consuming LaneBatcher, filter: DeltaFilter?) {
        self.batcher = batcher
        self.filter = filter
    }

    /// Users that were not sent, and why.
    var comparison: DeltaFilter.Counts { filter?.counts ?? DeltaFilter.Counts() }

    mutating func receive(_ user: UserRecord) {
        users += 1
        switch filter?.judge(user) ?? .send {
        case .send: send(user, isNew: false)
        case .sendNew: send(user, isNew: true)
        case .skip, .hold: break
        }
    }

    /// Sends the users that waited for the end of the stream.
    mutating func releaseHeld() {
        guard let filter else { return }
        filter.releaseHeld { send($0, isNew: false) }
    }

    private mutating func send(_ user: UserRecord, isNew: Bool) {
        do {
            if let batch = try batcher.append(user, isNew: isNew) { sealed.append(batch) }
        } catch {
            users -= 1
            receive(
                Reject(
                    offset: user.offset, reason: .userTooLarge,
                    excerpt: Excerpt.printable(user.userName.prefix(160), isCut: true)))
        }
    }

    mutating func receive(_ reject: Reject) {
        rejects.append(reject)
        rejectCount += 1
        if reject.mayHideUser { damagedRecords += 1 }
    }

    mutating func takeSealed() -> [Batch] {
        defer { sealed.removeAll(keepingCapacity: true) }
        return sealed
    }

    mutating func takeRejects() -> [Reject] {
        defer { rejects.removeAll(keepingCapacity: true) }
        return rejects
    }

    /// The unfinished batch of one lane, at the end of the stream; nil when all lanes are empty.
    mutating func flushNext() -> Batch? { batcher.flushNext() }
}
