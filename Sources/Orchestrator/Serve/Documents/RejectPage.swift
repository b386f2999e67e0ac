import SyncStorage

/// One page of what of a sync's stream is not in the table, with the sums over all of it.
struct RejectPage: Encodable {
    /// How often each reason stands in the whole quarantine, the most frequent first; then the causes of refused users.
    let reasons: [RejectGroupDocument]
    let rejects: [RejectDocument]
    /// What to give as `after` for the next page; nil when this one is the last.
    let next: Int64?

    /// - Parameters:
    ///   - rejects: one more than the page has, if there is one: it is left out, and says that another page follows.
    ///   - refused: users whom the database refused, for the first page.
    ///   - limit: the page size that was asked for.
    init(
        reasons: [RejectGroup], causes: [RefusalGroup] = [], rejects: [StoredReject], refused: [RefusedUser] = [],
        limit: Int
    ) {
        self.reasons = reasons.map { RejectGroupDocument($0) } + causes.map { RejectGroupDocument($0) }
        let shown = rejects.prefix(limit)
        self.rejects = refused.map { RejectDocument($0) } + shown.map { RejectDocument($0) }
        next = rejects.count > limit ? shown.last?.byteOffset : nil
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
