package import SyncCore

/// Deletes the history of old syncs step by step. It can be stopped after any step, and the next run goes on.
package struct HistoryPruner: Sendable {
    /// Rows deleted by one statement, at most.
    static let rowsPerStep = 5000
    /// Syncs whose rows one statement looks for. It walks over what the statements before have deleted of these, so they are few.
    static let syncsPerStep = 100
    /// Syncs looked for at once. That reads every old row of the SyncLog, so these are many.
    static let syncsPerLook = 10_000

    private let record: any HistoryRecord
    private let days: Int
    private let clock: PipelineClock

    /// - Parameter days: history of a sync ends as many days after the sync; 0: never.
    package init(_ record: any HistoryRecord, days: Int, clock: PipelineClock = .live) {
        self.record = record
        self.days = days
        self.clock = clock
    }

    /// - Parameters:
    ///   - limit: no step begins after this time; nil: goes on to the end.
    ///   - syncID: stops when a sync newer than this one has begun; nil: does not look.
    /// - Throws: `PostgresError`; what was deleted before stays deleted.
    package func run(within limit: Duration? = nil, after syncID: Int64? = nil) async throws -> PrunedHistory {
        var pruned = PrunedHistory()
        guard days > 0 else { return pruned }
        let deadline = limit.map { clock.now() + $0 }
        var last: Int64 = 0
        while true {
            let found = try await record.ended(forDays: days, after: last, limit: Self.syncsPerLook)
            for start in stride(from: 0, to: found.count, by: Self.syncsPerStep) {
                let syncs = Array(found[start..<min(start + Self.syncsPerStep, found.count)])
                guard try await !isOver(deadline, syncID), try await prune(syncs, before: deadline, into: &pruned)
                else {
                    pruned.isComplete = false
                    return pruned
                }
            }
            guard found.count == Self.syncsPerLook, let newest = found.last else { return pruned }
            last = newest
        }
    }

    /// - Returns: false when time was up before all was deleted.
    private func prune(
        _ syncs: [Int64], before deadline: PipelineClock.Instant?, into pruned: inout PrunedHistory
    ) async throws -> Bool {
        for part in HistoryPart.allCases {
            var deleted = Self.rowsPerStep
            while deleted == Self.rowsPerStep {
                guard !isLate(deadline) else { return false }
                deleted = try await record.delete(part, of: syncs, limit: Self.rowsPerStep)
                pruned[part] += deleted
            }
        }
        if let first = syncs.first, let last = syncs.last { pruned.add(syncs.count, from: first, to: last) }
        return true
    }

    private func isOver(_ deadline: PipelineClock.Instant?, _ syncID: Int64?) async throws -> Bool {
        if isLate(deadline) { return true }
        guard let syncID else { return false }
        return try await record.hasNewer(than: syncID)
    }

    private func isLate(_ deadline: PipelineClock.Instant?) -> Bool { deadline.map { clock.now() >= $0 } ?? false }
}
