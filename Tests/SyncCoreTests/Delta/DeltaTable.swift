import Fuzzing

@testable import SyncCore

/// A users table in memory, with the rule of the upsert said plainly.
struct DeltaTable {
    private(set) var rows: [[UInt8]: SampleUser] = [:]

    init(_ users: [SampleUser] = []) {
        for user in users { apply(user) }
    }

    /// The newest `createdAt` wins, on a tie the later record.
    mutating func apply(_ user: SampleUser) {
        if let row = rows[user.userName], row.createdAt > user.createdAt { return }
        rows[user.userName] = user
    }

    mutating func remove(_ userName: String) { rows[Array(userName.utf8)] = nil }

    func index(_ hasher: UserHasher) -> UserIndex {
        var index = UserIndex(expecting: rows.count)
        // In anonymous memory there is always a place.
        for row in rows.values { row.withRow { try? index.insert($0, hasher) } }
        return index
    }

    /// What of the rows skipped records relied on is as it must be.
    func proof(of filter: DeltaFilter) -> DeltaProof {
        var proof = filter.beginProof()
        for row in rows.values { row.withRow { filter.check($0, in: &proof) } }
        return proof
    }
}

extension SampleUser {
    func withRow<Result>(_ body: (TableUser) throws -> Result) rethrows -> Result {
        try userName.withUnsafeBytes { name in
            try email.withUnsafeBytes { email in
                try body(
                    TableUser(
                        UserRecord(
                            legacyID: legacyID, userName: name, email: email, createdAt: createdAt, deleted: deleted)))
            }
        }
    }

    init(_ record: UserRecord) {
        self.init(userName: "", createdAt: record.createdAt, deleted: record.deleted)
        legacyID = record.legacyID
        userName = Array(record.userName)
        email = Array(record.email)
    }
}

extension DeltaFilter.Verdict {
    var isSent: Bool { self == .send || self == .sendNew }
}

extension DeltaFilter {
    func judge(_ user: SampleUser) -> Verdict { user.withRecord { judge($0) } }

    /// Reads a whole stream.
    /// - Returns: the users that are sent, in the order of sending.
    func read(_ stream: some Sequence<SampleUser>) -> [SampleUser] {
        var sent = stream.filter { judge($0).isSent }
        releaseHeld { sent.append(SampleUser($0)) }
        return sent
    }
}
