import SyncStorage

/// One page of a sync's quarantine, with the sums over all of it.
struct RejectPage: Encodable {
    /// How often each reason stands in the whole quarantine, the most frequent first.
    let reasons: [RejectGroupDocument]
    let rejects: [RejectDocument]
    /// What to give as `after` for the next page; nil when this one is the last.
    let next: Int64?

    /// - Parameter limit: what the rejects were limited to.
    init(reasons: [RejectGroup], rejects: [StoredReject], limit: Int) {
        self.reasons = reasons.map(RejectGroupDocument.init)
        self.rejects = rejects.map(RejectDocument.init)
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
