import SyncCore
import Synchronization

@testable import SyncPipeline
@testable import SyncStorage

/// A users table in memory: live users by name, and what a sync has stored about them.
final class ScriptedTable: ComparedTable {
    struct State {
        var names: [String]
        /// Names that the complete stream before did not name.
        var remembered: Set<String> = []
        var verdicts: [SyncVerdict] = []
        var marked: [String] = []
        var events: [String] = []
        var isUntouched = true
        /// Rows that someone else has changed, until all users are sent.
        var touched = 0
    }

    let state: Mutex<State>
    let failures: [String: any Error & Sendable]

    init(_ names: [String], failures: [String: any Error & Sendable] = [:]) {
        state = Mutex(State(names: names))
        self.failures = failures
    }

    private func note(_ event: String) throws {
        state.withLock { $0.events.append(event) }
        if let failure = failures[event] { throw failure }
    }

    func versionUnit() async throws -> Int64 { 1 }

    func snapshot(_ hasher: UserHasher, in place: IndexFolder) async throws -> UserTableSnapshot {
        try note("snapshot")
        let names = state.withLock { $0.names }
        var index = UserIndex(expecting: names.count)
        for name in names { try Self.withRow(name) { try index.insert($0, hasher) } }
        return UserTableSnapshot(moment: .init(rows: names.count, oldestTransaction: "1"), index: index)
    }

    func isUntouched(since moment: UserTableSnapshot.Moment, butBy syncID: Int64) async throws -> Bool {
        try note("isUntouched")
        return state.withLock { $0.isUntouched }
    }

    func prove(_ filter: DeltaFilter) async throws -> DeltaProof {
        try note("prove")
        var proof = filter.beginProof()
        let (names, touched) = state.withLock { ($0.names, $0.touched) }
        for name in names.dropFirst(touched) { Self.withRow(name) { filter.check($0, in: &proof) } }
        return proof
    }

    func store(
        _ verdict: SyncVerdict, _ filter: DeltaFilter?, counters: SyncCounters, syncID: Int64
    ) async throws -> SyncVerdict.Outcome {
        try note("store")
        return state.withLock { state in
            state.verdicts.append(verdict)
            let missing = state.names.filter { name in Self.withRow(name) { filter?.isMissing($0) ?? false } }
            let again = state.remembered.intersection(missing)
            state.remembered = verdict.remembered == .nobody ? [] : Set(missing)
            return verdict.outcome(toMark: again.count)
        }
    }

    func markMissedAgain(_ filter: DeltaFilter, syncID: Int64) async throws {
        try note("mark")
        state.withLock { state in
            state.marked += state.names.filter { name in Self.withRow(name) { filter.isMissing($0) } }
        }
    }

    /// The row of a name: what the stream's record of it would leave.
    private static func withRow<Result>(_ name: String, _ body: (TableUser) throws -> Result) rethrows -> Result {
        var (name, email) = (name, "\(name)@example.com")
        return try name.withUTF8 { name in
            try email.withUTF8 { email in
                try body(
                    TableUser(
                        UserRecord(
                            legacyID: 1, userName: UnsafeRawBufferPointer(name), email: UnsafeRawBufferPointer(email),
                            createdAt: 1_700_000_000_000_000, deleted: false)))
            }
        }
    }
}
