import ServiceRuntime
import SyncStorage

/// Quarantined pieces as people and programs read them.
enum RejectReport {
    /// The pieces in the order of the stream.
    /// - Parameter total: how many there are, shown or not.
    static func lines(_ rejects: [StoredReject], syncID: Int64, total: Int, page: OutputPage) -> [String] {
        guard !rejects.isEmpty else { return [nothing(syncID, total)] }
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
        guard !groups.isEmpty else { return [nothing(syncID, total)] }
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

    /// Users whom the database refused, by name.
    /// - Parameter total: how many there are, shown or not.
    static func lines(_ users: [RefusedUser], syncID: Int64, total: Int, page: OutputPage) -> [String] {
        guard !users.isEmpty else { return noRefusals(syncID, total) }
        var table = TextTable([
            .init("user"), .init("SQLSTATE"), .init("constraint", dispensability: 1), .init("cause", isFlexible: true),
        ])
        for user in users { table.append([user.userName, user.sqlState, user.constraint ?? "-", user.message]) }
        let shown = users.count < total ? ", the first \(Humanized.count(users.count)) shown" : ""
        return [page.style.bold("sync \(syncID): \(Humanized.count(total)) users refused by the database\(shown)")]
            + table.lines(width: page.width, ellipsis: page.ellipsis, titles: page.style)
    }

    /// How many users were refused for each cause.
    /// - Parameter total: those that were refused, on record or not.
    static func lines(_ groups: [RefusalGroup], syncID: Int64, total refused: Int, page: OutputPage) -> [String] {
        guard !groups.isEmpty else { return noRefusals(syncID, refused) }
        var table = TextTable([.init("users", .right), .init("SQLSTATE"), .init("constraint", isFlexible: true)])
        for group in groups { table.append([Humanized.count(group.count), group.sqlState, group.constraint ?? "-"]) }
        let total = groups.reduce(0) { $0 + $1.count }
        return [page.style.bold("sync \(syncID): \(Humanized.count(total)) users refused by the database")]
            + table.lines(width: page.width, ellipsis: page.ellipsis, titles: page.style)
    }

    static func json(_ rejects: [StoredReject], _ users: [RefusedUser] = []) throws -> String {
        try SyncLogReport.encode(rejects.map { RejectDocument($0) } + users.map { RejectDocument($0) })
    }

    static func json(_ groups: [RejectGroup], _ refusals: [RefusalGroup] = []) throws -> String {
        try SyncLogReport.encode(groups.map { RejectGroupDocument($0) } + refusals.map { RejectGroupDocument($0) })
    }

    private static func nothing(_ syncID: Int64, _ total: Int) -> String {
        total == 0
            ? "sync \(syncID) rejected nothing"
            : "sync \(syncID): \(Humanized.count(total)) rejected, none of them kept\(Self.why)"
    }

    private static func noRefusals(_ syncID: Int64, _ total: Int) -> [String] {
        total == 0
            ? []
            : ["sync \(syncID): \(Humanized.count(total)) users refused by the database, none of them kept\(Self.why)"]
    }

    /// That nothing is kept is said of a sync that counted some: its history may have ended.
    private static let why = " (the history of old syncs is deleted: SYNC_HISTORY_DAYS)"
}
