import SyncCore
import SyncPipeline
import SyncStorage
import Synchronization

/// A sync's record in memory: notes what is asked of it in order, and answers by script.
final class ScriptedRecord: SyncRecord {
    struct State {
        var events: [String] = []
        var reserved: Int64 = 0
        var ledger: [LedgerProgress] = []
        var dead: [FailedBatch] = []
        var applied: [Int64] = []
        var isHurried = false
        var failureReason: String?
        var lacksBatches = false
        var earlier: [SourceProfile] = []
        var profile: SourceProfile?
        var changes: [SourceChange] = []
        var comparedSyncs: Int?
        var onLook: @Sendable () -> Void = {}
    }

    struct Broken: Error, CustomStringConvertible {
        var description: String { "scripted failure" }
    }

    let syncID: Int64 = 7
    let state = Mutex(State())
    /// What goes wrong: the name of a call, and the error it throws.
    let failures: [String: any Error & Sendable]

    /// - Parameter ledger: what the looks at the ledger show, one after the other; the last one stays.
    init(ledger: [LedgerProgress] = [], failures: [String: any Error & Sendable] = [:]) {
        self.failures = failures
        state.withLock { $0.ledger = ledger }
    }

    /// Calls something at each look at the ledger, before it is answered.
    func whenLookedAt(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.onLook = body } }

    /// What the ledger shows from now on.
    func show(_ ledger: LedgerProgress) { state.withLock { $0.ledger = [ledger] } }

    var events: [String] { state.withLock { $0.events } }

    private func note(_ event: String) throws {
        state.withLock { $0.events.append(event) }
        if let failure = failures[event] { throw failure }
    }

    func beginAttempt(_ attempt: Int, firstBatch: Int64) async throws { try note("beginAttempt") }
    func overtake() async throws { try note("overtake") }
    func record(_ counters: SyncCounters, status: SyncStatus?) async throws {}
    func record(_ rejects: [Reject]) async throws { try note("rejects") }

    func reserveBatches(upTo last: Int64) async throws {
        try note("reserve")
        state.withLock { $0.reserved = last }
    }

    func streamCompleted(_ counters: SyncCounters, usersSent: Int) async throws { try note("streamCompleted") }

    func ledgerProgress() async throws -> LedgerProgress {
        state.withLock { $0.onLook }()
        if let failure = failures["ledgerProgress"] { throw failure }
        return state.withLock { state in
            state.ledger.count > 1
                ? state.ledger.removeFirst()
                : state.ledger.first ?? LedgerProgress(batchesApplied: 0, usersApplied: 0)
        }
    }

    func appliedBatchNumbers() async throws -> [Int64] { state.withLock { $0.applied } }
    func outstandingFailures() async throws -> [FailedBatch] { state.withLock { $0.dead } }

    func markDead(_ failures: [FailedBatch]) async throws {
        state.withLock { $0.dead += failures }
        guard !failures.isEmpty else { return }
        // From now on the ledger says so.
        state.withLock { state in
            let last = state.ledger.last ?? LedgerProgress(batchesApplied: 0, usersApplied: 0)
            state.ledger = [
                LedgerProgress(
                    batchesApplied: last.batchesApplied, usersApplied: last.usersApplied,
                    batchesDead: Set(state.dead.map(\.batchNumber)).count)
            ]
        }
    }

    func lastCompleted() async throws -> SyncLogEntry? { nil }

    func completedProfiles(limit: Int) async throws -> [SourceProfile] {
        if let failure = failures["completedProfiles"] { throw failure }
        return Array(state.withLock { $0.earlier }.prefix(limit))
    }

    func record(_ profile: SourceProfile, changes: [SourceChange], comparedSyncs: Int) async throws {
        if let failure = failures["profile"] { throw failure }
        state.withLock { ($0.profile, $0.changes, $0.comparedSyncs) = (profile, changes, comparedSyncs) }
    }

    func complete() async throws -> SyncLogEntry {
        try note("complete")
        return Self.entry(.completed, nil)
    }

    func fail(_ counters: SyncCounters, reason: String, lacksBatches: Bool) async throws -> SyncLogEntry {
        try note("fail")
        state.withLock { ($0.failureReason, $0.lacksBatches) = (reason, lacksBatches) }
        return Self.entry(.failed, reason, counters)
    }

    func hurry() { state.withLock { $0.isHurried = true } }
    func abandon() async {}

    private static func entry(
        _ status: SyncStatus, _ reason: String?, _ counters: SyncCounters = SyncCounters()
    ) -> SyncLogEntry {
        SyncLogEntry(
            id: 7, status: status, startedAt: 0, finishedAt: 1, durationMilliseconds: 1, totalProcessed: 0,
            errorMessage: reason, counters: counters)
    }
}
