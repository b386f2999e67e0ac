import SyncCore

/// Takes what the parser finds: users into their lanes, damage aside.
///
/// Works within the parser's call, so it only collects; the reader sends batches and stores rejects between chunks.
struct StreamSink: LegacyStreamSink, ~Copyable {
    private var batcher: LaneBatcher
    /// Batches that were sealed and not yet taken away.
    private(set) var sealed: [Batch] = []
    /// Rejects not yet taken away.
    private(set) var rejects: [Reject] = []
    /// Users put into a lane so far.
    private(set) var users = 0
    /// Rejects so far.
    private(set) var rejectCount = 0

    init(batcher: consuming LaneBatcher) {
        self.batcher = batcher
    }

    mutating func receive(_ user: UserRecord) {
        do {
            if let batch = try batcher.append(user) { sealed.append(batch) }
            users += 1
        } catch {
            receive(
                Reject(
                    offset: user.offset, reason: .userTooLarge,
                    excerpt: Excerpt.printable(user.userName.prefix(160), isCut: true)))
        }
    }

    mutating func receive(_ reject: Reject) {
        rejects.append(reject)
        rejectCount += 1
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
