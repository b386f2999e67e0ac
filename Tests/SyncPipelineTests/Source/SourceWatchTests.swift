import SyncCore
import SyncStorage
import Synchronization
import Testing

@testable import SyncPipeline

@Suite("A sync keeps what its source sent", .timeLimit(.minutes(1)))
struct SourceWatchTests {
    private static let applied = [LedgerProgress(batchesApplied: 1, usersApplied: 3)]
    private static let three = ScriptedSource.users(["ana", "bia", "cid"])

    /// Three hundred users, none of whom has a phone.
    private static var usual: SourceProfile {
        var profile = SourceProfile()
        (profile.records, profile.users) = (300, 300)
        return profile
    }

    @Test("the profile is that of the complete attempt: what a cut one counted is dropped, as its rejects are")
    func attempts() async throws {
        let record = ScriptedRecord(ledger: Self.applied)
        let cut = #"[{"id":1,"phone":2},{broken,{"id":1,"#
        let source = ScriptedSource(.cut(cut), .body("{/junk/}" + Self.three + #"{"id":null}"#))
        #expect(try await SyncRunTests().run(record, source, ScriptedTable([])).status == .completed)
        let profile = try #require(record.state.withLock { $0.profile })
        #expect(profile.records == 4 && profile.users == 3)
        #expect(profile.unknownFields == [])
        #expect(profile.rejects == ["invalid_json": 1, "invalid_id": 1])
        #expect(profile.fields.map(\.absent) == [0, 1, 1, 1, 1])
        #expect(profile.fields.map(\.null) == [1, 0, 0, 0, 0])
        #expect(record.state.withLock { $0.comparedSyncs } == 0)
    }

    @Test("a change is a warning, a count and a line for the SyncLog, and the sync completes")
    func changes() async throws {
        let record = ScriptedRecord(ledger: Self.applied)
        record.state.withLock { $0.earlier = [Self.usual, Self.usual] }
        let log = RecordedLog()
        let entry = try await SyncRunTests().run(
            record, ScriptedSource(.body(Self.three)), ScriptedTable([]), logger: log.logger)
        #expect(entry.status == .completed)
        let changes = record.state.withLock { $0.changes }
        #expect(changes.map(\.kind) == [.fewerUsers])
        #expect(record.state.withLock { $0.comparedSyncs } == 2)
        #expect(log.changes == ["99% fewer users than the median of the last 2 completed syncs"])
    }

    @Test("many changes are a bounded number of warnings")
    func manyChanges() async throws {
        let record = ScriptedRecord(ledger: Self.applied)
        record.state.withLock { state in
            var profile = Self.usual
            // None of these comes any more.
            profile.records = 3
            profile.unknownFields = (0..<60).map { .init(name: "f\($0)", records: 3, type: .null) }
            state.earlier = [profile]
        }
        let names = (0..<20).map { "\"new\($0)\":1" }.joined(separator: ",")
        let users = (0..<200).map {
            #"{"id":1,"userName":"u\#($0)","email":"e","createdAt":"2023-11-14T22:13:20Z","deleted":false,\#(names)}"#
        }
        record.show(LedgerProgress(batchesApplied: 1, usersApplied: 200))
        let log = RecordedLog()
        let body = "[" + users.joined(separator: ",") + "]"
        let entry = try await SyncRunTests().run(
            record, ScriptedSource(.body(body)), ScriptedTable([]), logger: log.logger)
        #expect(entry.status == .completed)
        #expect(record.state.withLock { $0.changes.count } > 60)
        #expect(log.changes.count == 20 && log.count("the source has changed in more ways") == 1)
    }

    @Test(
        "a profile that cannot be read or kept is a warning and ends no sync",
        arguments: ["completedProfiles", "profile"])
    func notKept(call: String) async throws {
        let record = ScriptedRecord(ledger: Self.applied, failures: [call: ScriptedRecord.Broken()])
        let log = RecordedLog()
        let entry = try await SyncRunTests().run(
            record, ScriptedSource(.body(Self.three)), ScriptedTable([]), logger: log.logger)
        #expect(entry.status == .completed && log.count("the source's profile is not kept") == 1)
    }

    @Test("a row that is no longer this sync's ends it, at this write as at any other")
    func lockLost() async throws {
        let record = ScriptedRecord(
            ledger: Self.applied, failures: ["profile": SyncSessionError.lockLost(syncID: 7)])
        await #expect(throws: SyncSessionError.lockLost(syncID: 7)) {
            try await SyncRunTests().run(record, ScriptedSource(.body(Self.three)), ScriptedTable([]))
        }
    }
}

extension RecordedLog {
    /// What the warnings about the source say.
    fileprivate var changes: [String] {
        lines.filter { $0.message == "the source has changed" }.compactMap { $0.metadata["change"] }
    }

    fileprivate func count(_ beginning: String) -> Int { lines.count { $0.message.hasPrefix(beginning) } }
}
