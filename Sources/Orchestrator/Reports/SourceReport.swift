import ServiceRuntime
import SyncCore
import SyncStorage

/// What a stream was made of, as people read it.
enum SourceReport {
    /// Why a sync may have no profile.
    static let whyNone = "its stream was never read to its end, or its history is deleted (SYNC_HISTORY_DAYS)"

    static func lines(_ stored: StoredProfile?, page: OutputPage) -> [String] {
        guard let stored else { return ["no sync has read the source to its end yet"] }
        return heading(stored, page) + [""] + changes(stored, page) + [""] + fields(stored.profile, page)
            + unknownFields(stored.profile, page) + rejects(stored.profile, page)
    }

    private static func heading(_ stored: StoredProfile, _ page: OutputPage) -> [String] {
        let profile = stored.profile
        let rate = profile.usersPerSecond.map { ", \(Humanized.count($0)) users/s" } ?? ""
        let duplicates = stored.duplicates.map { ", \(Humanized.count($0)) duplicates" } ?? ""
        return [
            page.style.bold("sync \(stored.syncID)")
                + " (\(stored.status.rawValue), \(SyncLogReport.shortTimestamp(stored.startedAt)))",
            "\(Humanized.count(profile.records)) records, \(Humanized.bytes(profile.bytes))\(rate)",
            "\(Humanized.count(profile.users)) users: \(share(profile.deleted, profile.users)) marked as deleted\(duplicates)",
        ]
    }

    private static func changes(_ stored: StoredProfile, _ page: OutputPage) -> [String] {
        let measure =
            stored.comparedSyncs == 1
            ? "the last completed sync" : "the median of the last \(stored.comparedSyncs) completed syncs"
        guard stored.comparedSyncs > 0 else { return ["nothing to compare with: no sync had completed before"] }
        guard !stored.changes.isEmpty else { return ["no change against \(measure)"] }
        return [page.style.notable("changed against \(measure):")]
            + stored.changes.map { "- " + TextWidth.printable($0.message) }
    }

    private static func fields(_ profile: SourceProfile, _ page: OutputPage) -> [String] {
        var table = TextTable([
            .init("field", isFlexible: true), .init("missing", .right), .init("null", .right),
            .init("other type", .right), .init("longest", .right),
        ])
        for field in profile.fields {
            table.append(
                [field.name] + [field.absent, field.null, field.mistyped].map { share($0, profile.records) }
                    + [field.longest.map(Humanized.count) ?? "-"])
        }
        return table.lines(width: page.width, ellipsis: page.ellipsis, titles: page.style)
    }

    private static func unknownFields(_ profile: SourceProfile, _ page: OutputPage) -> [String] {
        guard !profile.unknownFields.isEmpty else { return [] }
        var table = TextTable([
            .init("field that is not read", isFlexible: true), .init("records", .right), .init("type"),
        ])
        for field in profile.unknownFields {
            table.append([field.name, share(field.records, profile.records), field.type.rawValue])
        }
        if profile.unlistedRecords > 0 {
            table.append(["(others)", share(profile.unlistedRecords, profile.records), "-"])
        }
        return [""] + table.lines(width: page.width, ellipsis: page.ellipsis, titles: page.style)
    }

    private static func rejects(_ profile: SourceProfile, _ page: OutputPage) -> [String] {
        guard !profile.rejects.isEmpty else { return [] }
        var table = TextTable([.init("reject", isFlexible: true), .init("pieces", .right), .init("share", .right)])
        for (reason, count) in SourceDocument.ordered(profile.rejects) {
            table.append([reason, Humanized.count(count), share(count, profile.records)])
        }
        return [""] + table.lines(width: page.width, ellipsis: page.ellipsis, titles: page.style)
    }

    private static func share(_ count: Int, _ whole: Int) -> String { SourceProfile.percent(count, of: whole) }
}
