import SyncStorage

/// Quarantined pieces as people and programs read them.
enum RejectReport {
    static func text(_ rejects: [StoredReject], syncID: Int64, total: Int) -> String {
        guard !rejects.isEmpty else { return "sync \(syncID) rejected nothing" }
        var lines = ["sync \(syncID): \(total) rejected, \(rejects.count) shown"]
        for (reason, count) in Dictionary(grouping: rejects, by: \.reason).mapValues(\.count).sorted(by: {
            ($1.value, $0.key) < ($0.value, $1.key)
        }) {
            lines.append("  \(count)  \(reason)")
        }
        for reject in rejects {
            lines.append("\(reject.byteOffset)  \(reject.reason)  \(reject.excerpt)")
        }
        return lines.joined(separator: "\n")
    }

    static func json(_ rejects: [StoredReject]) throws -> String {
        try SyncLogReport.encode(rejects.map(Document.init))
    }

    private struct Document: Encodable {
        let byteOffset: Int64
        let reason: String
        let excerpt: String

        init(_ reject: StoredReject) {
            byteOffset = reject.byteOffset
            reason = reject.reason
            excerpt = reject.excerpt
        }

        private enum CodingKeys: String, CodingKey {
            case byteOffset = "byte_offset"
            case reason, excerpt
        }
    }
}
