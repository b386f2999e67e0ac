import ServiceRuntime
import SyncStorage

/// Quarantined pieces as people and programs read them.
enum RejectReport {
    /// The pieces in the order of the stream.
    /// - Parameter total: how many there are, shown or not.
    static func lines(_ rejects: [StoredReject], syncID: Int64, total: Int, page: OutputPage) -> [String] {
        guard !rejects.isEmpty else { return [nothing(syncID)] }
        var table = TextTable([.init("offset", .right), .init("reason"), .init("excerpt", isFlexible: true)])
        for reject in rejects { table.append(["\(reject.byteOffset)", reject.reason, reject.excerpt]) }
        let heading =
            rejects.count == total
            ? "sync \(syncID): \(Humanized.count(total)) rejected"
            : "sync \(syncID): \(Humanized.count(total)) rejected, the first \(Humanized.count(rejects.count)) shown"
        return [page.style.bold(heading)]
            + table.lines(width: page.width, ellipsis: page.ellipsis, titles: page.style)
    }

    /// How many there are for each reason.
    /// - Parameter total: those that were found; more than the groups hold when a flood was only counted.
    static func lines(_ groups: [RejectGroup], syncID: Int64, total: Int, page: OutputPage) -> [String] {
        guard !groups.isEmpty else { return [nothing(syncID)] }
        var table = TextTable([.init("count", .right), .init("reason"), .init("first offset", .right)])
        for group in groups {
            table.append([Humanized.count(group.count), group.reason, "\(group.firstByteOffset)"])
        }
        let stored = groups.reduce(0) { $0 + $1.count }
        let heading =
            stored < total
            ? "sync \(syncID): \(Humanized.count(total)) rejected, \(Humanized.count(stored)) of them kept"
            : "sync \(syncID): \(Humanized.count(total)) rejected"
        return [page.style.bold(heading)]
            + table.lines(width: page.width, ellipsis: page.ellipsis, titles: page.style)
    }

    static func json(_ rejects: [StoredReject]) throws -> String {
        try SyncLogReport.encode(rejects.map(RejectDocument.init))
    }

    static func json(_ groups: [RejectGroup]) throws -> String {
        try SyncLogReport.encode(groups.map(RejectGroupDocument.init))
    }

    private static func nothing(_ syncID: Int64) -> String { "sync \(syncID) rejected nothing" }
}

/// The stable JSON form of a quarantined piece; names are those of the table's columns.
struct RejectDocument: Encodable {
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

/// The stable JSON form of the pieces that share a reason.
struct RejectGroupDocument: Encodable {
    let reason: String
    let count: Int
    let firstByteOffset: Int64

    init(_ group: RejectGroup) {
        reason = group.reason
        count = group.count
        firstByteOffset = group.firstByteOffset
    }

    private enum CodingKeys: String, CodingKey {
        case reason, count
        case firstByteOffset = "first_byte_offset"
    }
}
