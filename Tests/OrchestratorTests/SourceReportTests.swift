import ServiceRuntime
import SyncCore
import SyncStorage
import Testing

@testable import Orchestrator

@Suite("What the source sent, for a person")
struct SourceReportTests {
    @Test("the report has changes, fields, unknown fields and rejects, and nothing that a terminal obeys")
    func whole() {
        let lines = SourceReport.lines(.sample(), page: OutputPage(width: nil))
        #expect(
            lines == [
                "sync 7 (COMPLETED, 1970-01-01 00:00:00Z)",
                "1,000 records, 123.5 kB, 1,940 users/s",
                "970 users: 10% marked as deleted, 3 duplicates",
                "",
                "changed against the last completed sync:",
                "- `createdAt` is missing in 3% of records (was 0%)",
                "- rejects with the reason `too_deep`: 3% of records (was 0%)",
                "- 10% of users are marked as deleted (was 0%)",
                "- field `pho [2Jne` is new in 100% of records",
                "",
                "field      missing  null  other type  longest",
                "createdAt       3%  0.1%        0.2%       24",
                "deleted         0%    0%          0%        -",
                "",
                "field that is not read  records  type",
                "pho [2Jne                  100%  string",
                "(others)                   0.4%  -",
                "",
                "reject         pieces  share",
                "missing_field      30     3%",
                "too_deep           30     3%",
                "invalid_json        2   0.2%",
            ])
    }

    @Test("it fits a narrow window, and says when there is nothing to show or to compare with")
    func edges() {
        let lines = SourceReport.lines(.sample(), page: OutputPage(width: 39))
        #expect(
            lines.filter { !$0.hasPrefix("-") && $0.contains("%  ") }.allSatisfy { TextWidth.columns(of: $0) <= 39 })
        #expect(SourceReport.lines(nil, page: OutputPage(width: 39)) == ["no sync has read the source to its end yet"])
        let first = StoredProfile(
            syncID: 1, status: .failed, startedAt: 0, profile: SourceProfile(), duplicates: nil, changes: [],
            comparedSyncs: 0)
        #expect(
            SourceReport.lines(first, page: OutputPage(width: nil)).contains(
                "nothing to compare with: no sync had completed before"))
    }
}
