import SyncStorage

/// One page of what of a sync's stream is not in the table, with the sums over all of it.
struct RejectPage: Encodable {
    /// How often each reason stands in the whole quarantine, the most frequent first; then the causes of refused users.
    let reasons: [RejectGroupDocument]
    let rejects: [RejectDocument]
    /// What to give as `after` for the next page; nil when this one is the last.
    let next: Int64?

    /// - Parameters:
    ///   - refused: users whom the database refused, for the first page.
    ///   - limit: what the rejects were limited to.
    init(
        reasons: [RejectGroup], causes: [RefusalGroup] = [], rejects: [StoredReject], refused: [RefusedUser] = [],
        limit: Int
    ) {
        self.reasons = reasons.map { RejectGroupDocument($0) } + causes.map { RejectGroupDocument($0) }
        self.rejects = refused.map { RejectDocument($0) } + rejects.map { RejectDocument($0) }
        next = rejects.count == limit ? rejects.last?.byteOffset : nil
    }

    private enum CodingKeys: String, CodingKey {
        case reasons, rejects, next
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(reasons, forKey: .reasons)
        try container.encode(rejects, forKey: .rejects)
        try container.encode(next, forKey: .next)
    }
}
