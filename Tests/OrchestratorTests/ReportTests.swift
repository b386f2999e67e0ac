import Foundation
import ServiceRuntime
import SyncCore
import Testing

@testable import Orchestrator
@testable import SyncStorage

@Suite("Reports for people and programs")
struct ReportTests {
    private func entry(_ id: Int64, _ status: SyncStatus, error: String? = nil) -> SyncLogEntry {
        var counters = SyncCounters()
        counters.received = 1_000_120
        counters.inserted = 1200
        (counters.updated, counters.newlyDeleted) = (300, 20)
        (counters.unchanged, counters.skipped) = (998_620, 998_000)
        (counters.missing, counters.missingDeleted) = (4, 3)
        counters.rejected = 12
        counters.batchesSent = 1001
        counters.batchesApplied = 1001
        counters.streamAttempts = 2
        counters.streamBytes = 122_000_000
        let isFinal = status.isFinal
        return SyncLogEntry(
            id: id, status: status, startedAt: 1_790_000_000_000_000, finishedAt: isFinal ? 1_790_000_061_000_000 : nil,
            durationMilliseconds: isFinal ? 61_000 : nil, totalProcessed: 1_000_120, errorMessage: error,
            counters: counters)
    }

    private let now: Int64 = 1_790_000_030_000_000
    private let failure = "the legacy stream failed 10 times, the last time: the legacy API answered 500"

    @Test("the history fits the width: less important columns go, the error is cut")
    func history() {
        let entries = [entry(43, .running), entry(42, .failed, error: failure)]
        let wide = SyncLogReport.table(entries, page: OutputPage(width: nil), now: now)
        #expect(wide[1].contains("RUNNING") && wide[1].contains("30.0 s so far") && wide[2].hasSuffix("answered 500"))
        for width in [40, 80, 120, 200] {
            let lines = SyncLogReport.table(entries, page: OutputPage(width: width), now: now)
            #expect(lines.allSatisfy { TextWidth.columns(of: $0) <= width })
            #expect(lines[2].contains("42  FAILED") && lines[2].contains("the legacy"))
        }
        #expect(SyncLogReport.table([], page: OutputPage(width: nil), now: now) == ["no sync has run yet"])
    }

    @Test("a status names its fields, and wraps a long error beside its name")
    func status() {
        let lines = SyncLogReport.lines(entry(42, .failed, error: failure), page: OutputPage(width: 40), now: now)
        #expect(lines.contains("received    1,000,120 (122.0 MB, 2"))
        #expect(lines.contains("            stream attempts)"))
        #expect(lines.contains("updated     300 (20 newly deleted)"))
        #expect(lines.contains("unchanged   998,620 (998,000 not sent)"))
        #expect(lines.contains("missing     4 (3 marked as deleted)"))
        #expect(lines.allSatisfy { TextWidth.columns(of: $0) <= 40 })
        #expect(SyncLogReport.lines(nil, page: OutputPage(width: 40), now: now) == ["no sync has run yet"])
    }

    @Test("status and report name the extra fields of a sync, and nothing of them that a terminal obeys")
    func extraFields() throws {
        let keys = ["phone", "pl\u{1b}[2Jan"]
        let status = SyncLogReport.lines(entry(42, .completed), extraKeys: keys, page: OutputPage(width: nil), now: now)
        #expect(status.contains("fields      the five of every user, and phone, pl [2Jan"))
        let report = try ChangeReport(entry(42, .completed), extraKeys: keys).rendered(as: .text)
        #expect(report.contains("\nfields      the five of every user, and phone, pl [2Jan\n"))
        // For programs the source's profile has them.
        for format in [ChangeReport.Format.json, .csv] {
            #expect(
                try ChangeReport(entry(42, .completed), extraKeys: keys).rendered(as: format)
                    == ChangeReport(entry(42, .completed)).rendered(as: format))
        }
        let plain = SyncLogReport.lines(entry(42, .completed), page: OutputPage(width: nil), now: now)
        #expect(!plain.contains { $0.hasPrefix("fields") })
    }

    @Test("colour only marks the status")
    func colour() {
        let page = OutputPage(width: nil, style: TextStyle(isOn: true))
        #expect(
            SyncLogReport.lines(entry(42, .completed), page: page, now: now).contains {
                $0.contains("\u{1b}[32mCOMPLETED\u{1b}[0m")
            })
    }

    @Test("rejects are grouped by reason, and say when only some are shown or kept")
    func rejects() {
        let rejects = [
            StoredReject(byteOffset: 17, reason: "notJSON", excerpt: "{/dados/:/corrimpidos/}"),
            StoredReject(byteOffset: 12_345_678, reason: "truncated", excerpt: #"{"id":3,"userN"#),
        ]
        let page = OutputPage(width: 40)
        #expect(
            RejectReport.lines(rejects, syncID: 7, total: 3, page: page) == [
                "sync 7: 3 rejected, the first 2 shown",
                "  offset  reason     excerpt",
                "      17  notJSON    {/dados/:/corrimpi…",
                #"12345678  truncated  {"id":3,"userN"#,
            ])
        let groups = [
            RejectGroup(reason: "notJSON", count: 1200, firstByteOffset: 17),
            RejectGroup(reason: "truncated", count: 3, firstByteOffset: 99),
        ]
        #expect(
            RejectReport.lines(groups, syncID: 7, total: 1203, page: page) == [
                "sync 7: 1,203 rejected", "count  reason     first offset", "1,200  notJSON              17",
                "    3  truncated            99",
            ])
        let refused = RefusedUser(
            userName: "ana", batchNumber: 3, sqlState: "23505", constraint: "one_address", message: "duplicate key")
        #expect(
            RejectReport.lines([refused], syncID: 7, total: 2, page: OutputPage(width: 60)) == [
                "sync 7: 2 users refused by the database, the first 1 shown", "user  SQLSTATE  constraint   cause",
                "ana   23505     one_address  duplicate key",
            ])
        #expect(RejectReport.lines([RejectGroup](), syncID: 7, total: 0, page: page) == ["sync 7 rejected nothing"])
    }

    @Test("a sync whose history has ended did not reject nothing: the count stays, and it says why none is shown")
    func prunedRejects() {
        let page = OutputPage(width: nil)
        let why = "none of them kept (the history of old syncs is deleted: SYNC_HISTORY_DAYS)"
        let rejected = ["sync 7: 1,203 rejected, \(why)"]
        #expect(RejectReport.lines([StoredReject](), syncID: 7, total: 1203, page: page) == rejected)
        #expect(RejectReport.lines([RejectGroup](), syncID: 7, total: 1203, page: page) == rejected)
        let refused = ["sync 7: 2 users refused by the database, \(why)"]
        #expect(RejectReport.lines([RefusedUser](), syncID: 7, total: 2, page: page) == refused)
        #expect(RejectReport.lines([RefusalGroup](), syncID: 7, total: 2, page: page) == refused)
        #expect(RejectReport.lines([RefusalGroup](), syncID: 7, total: 0, page: page).isEmpty)
    }

    @Test("what was pruned is said by table, and what would be; nothing to do is said too")
    func pruned() {
        var pruned = PrunedHistory()
        #expect(PruneReport(pruned: pruned, days: 0, isDryRun: false).text.contains("SYNC_HISTORY_DAYS is 0"))
        #expect(PruneReport(pruned: pruned, days: 90, isDryRun: false).text.hasPrefix("nothing to delete: "))
        pruned.add(1, from: 7, to: 7)
        #expect(
            PruneReport(pruned: pruned, days: 90, isDryRun: false).text.hasPrefix(
                "deleted the history of sync 7 (ended more than 90"))
        pruned.add(1233, from: 1, to: 1300)
        (pruned[.ledger], pruned[.rejects]) = (1_000_000, 12)
        #expect(
            PruneReport(pruned: pruned, days: 90, isDryRun: true).text.split(separator: "\n") == [
                "would delete the history of 1,234 syncs, from 1 to 1300 (ended more than 90 days ago):",
                "  1,000,000 rows of the ledger", "  12 rejects", "  0 refused users", "  0 failures of batches",
                "  0 profiles of the source",
            ])
    }
}
