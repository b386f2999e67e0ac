import SyncCore
import Testing

@testable import Orchestrator
@testable import SyncPipeline

@Suite("What a dry run says")
struct DryRunTextTests {
    private func text(
        damaged: Int = 0, shortage: RecordMinimum.Shortage? = nil, extraFields: ExtraFields = .none
    ) -> String {
        var outcome = SyncForecast.Outcome()
        outcome.live = 100
        outcome.missing = 2
        return DryRun.Report(
            outcome: outcome, records: 98, rejects: damaged, damagedRecords: damaged, attempts: 1, shortage: shortage
        ).text(MissingUsersPolicy(action: .softDelete, maximumPercent: 5), extraFields: extraFields)
    }

    @Test("missing users would be marked, or kept when damage may hide them")
    func missing() {
        #expect(
            text().contains("2 of 100 live users: those whom the sync before missed too would be marked as deleted"))
        #expect(text(damaged: 3).contains("since 3 damaged pieces of the stream may hide them"))
        #expect(!text().contains("too few"))
    }

    @Test("extra fields are named, by their keys; without them nothing is said of fields")
    func extraFields() throws {
        #expect(!text().contains("fields"))
        let named = text(extraFields: try ExtraFields(setting: "phone:text,plan:text:plan_name"))
        #expect(named.contains("\nfields         the five of every user, and phone, plan\n"))
    }

    @Test("too few records are said with the way to accept them")
    func tooFew() {
        let report = text(shortage: RecordMinimum.Shortage(records: 98, expected: 200, percent: 80))
        #expect(report.contains("the source sent 98 records, and the last completed sync received 200"))
        #expect(report.contains("exit status 65"))
        #expect(report.contains("orchestrator sync --minimum-percent 0"))
    }
}
