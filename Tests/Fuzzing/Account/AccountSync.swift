import SyncCore

/// One sync of a body as far as marking goes: parser, filter and policy, and a table in which every name is live.
struct AccountSync: LegacyStreamSink {
    /// Names of the table that the complete stream did not name; nil when the attempt failed or the marking was postponed.
    private(set) var missing: Set<[UInt8]>?
    private(set) var hasFailed = false
    /// Users of the stream, in its order.
    private(set) var received: [[UInt8]] = []
    private(set) var rejects: [Reject] = []
    private let filter: DeltaFilter

    init(_ body: [UInt8], table names: [[UInt8]]) {
        let hasher = UserHasher()
        var index = UserIndex(expecting: names.count)
        // In anonymous memory there is always a place.
        for name in names { Self.withRow(name) { try? index.insert($0, hasher) } }
        filter = DeltaFilter(hasher: hasher, index: index, mode: .full)
        filter.beginAttempt(.full)
        var parser = LegacyStreamParser()
        body.withUnsafeBytes { parser.consume($0, into: &self) }
        parser.finish(into: &self)
        hasFailed = parser.isCut || received.isEmpty
        let policy = MissingUsersPolicy(action: .softDelete, maximumPercent: 100)
        let decision = policy.decide(
            missing: filter.missingUsers, live: filter.liveUsers, damagedRecords: rejects.count { $0.mayHideUser })
        guard !hasFailed, decision != .postpone else { return }
        missing = Set(names.filter { name in Self.withRow(name) { filter.isMissing($0) } })
    }

    mutating func receive(_ user: UserRecord) {
        received.append(Array(user.userName))
        _ = filter.judge(user)
    }

    mutating func receive(_ reject: Reject) {
        rejects.append(reject)
        reject.userName?.withUnsafeBytes { filter.noteNamed($0) }
    }

    private static func withRow<Result>(_ name: [UInt8], _ body: (TableUser) -> Result) -> Result {
        name.withUnsafeBytes {
            body(
                TableUser(
                    UserRecord(
                        legacyID: 0, userName: $0, email: UnsafeRawBufferPointer(start: nil, count: 0), createdAt: 0,
                        deleted: false)))
        }
    }
}
