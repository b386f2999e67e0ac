import Logging
import SyncCore
import SyncStorage
import Synchronization
import Testing

@testable import SyncPipeline

@Suite("What a sync knows of the table")
struct TableComparisonTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let softDelete = MissingUsersPolicy(action: .softDelete, maximumPercent: 50)

    private func comparison(_ table: ScriptedTable) -> TableComparison {
        TableComparison(table: table, syncID: 7, place: IndexFolder("/tmp"), logger: logger)
    }

    @Test("the table is read once, however often the stream is")
    func readOnce() async throws {
        let table = ScriptedTable(["ana"])
        let comparison = comparison(table)
        for _ in 1...3 { try await comparison.beginAttempt(.delta) }
        #expect(table.state.withLock { $0.events } == ["snapshot"])
        #expect(comparison.filter?.liveUsers == 1 && comparison.filter?.missingUsers == 1)
    }

    @Test("without a place for it nothing is compared: soft-delete refuses the sync, keep does not")
    func noPlace() async throws {
        let failure = IndexPlaceError(folder: "/full", bytes: 140_000_000, problem: "No space left on device")
        let table = ScriptedTable(["ana", "bia"], failures: ["snapshot": failure])
        let comparison = comparison(table)
        for _ in 1...2 { try await comparison.beginAttempt(.delta) }
        #expect(table.state.withLock { $0.events } == ["snapshot"])
        #expect(comparison.filter == nil)
        #expect(try await comparison.isProven())
        let keep = comparison.verdict(MissingUsersPolicy(action: .keep, maximumPercent: 5), damagedRecords: 0)
        #expect(keep.outcome(toMark: 0) == .complete && keep.missing == nil)
        guard case .refuse(let reason) = comparison.verdict(softDelete, damagedRecords: 0).outcome(toMark: 0) else {
            Issue.record("not refused")
            return
        }
        #expect(reason.contains("140 MB in /full") && reason.contains("set TMPDIR"))
    }

    @Test("nothing skipped needs no proof, and an untouched table is proof enough")
    func proof() async throws {
        let table = ScriptedTable(["ana"])
        let comparison = comparison(table)
        try await comparison.beginAttempt(.delta)
        #expect(try await comparison.isProven())
        #expect(table.state.withLock { $0.events } == ["snapshot"])
    }

    @Test("what the verdict asks for is done once, and a refusal is the sync's failure")
    func carryingOut() async throws {
        let table = ScriptedTable(["ana"])
        let comparison = comparison(table)
        try await comparison.beginAttempt(.delta)
        try await comparison.carryOut(.complete)
        #expect(table.state.withLock { $0.marked } == [])
        try await comparison.carryOut(.mark(users: 1))
        #expect(table.state.withLock { $0.marked } == ["ana"])
        await #expect(throws: SyncFailure("too many")) { try await comparison.carryOut(.refuse(reason: "too many")) }
    }
}
