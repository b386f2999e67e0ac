import SyncCore

/// What a redrive did, as people and programs read it.
struct RedriveReport: Encodable, Sendable {
    let isDryRun: Bool
    /// Batches sent again; in a dry run, those that would be.
    let replayed: Int
    /// Letters that stay in the dead-letter queue.
    let left: Int
    /// Syncs that are COMPLETED now, by this run or by another.
    let completed: [Int64]
    /// Syncs that are not complete yet.
    let unfinished: [Int64]
    /// Syncs that no replay completes.
    let superseded: [Int64]
    private let batches: [String]
    private let failedAgain: [Int64: Int]

    private enum CodingKeys: String, CodingKey {
        case replayed, left, completed, unfinished, superseded
        case isDryRun = "dry_run"
    }

    init(_ outcome: Redrive.Outcome, isDryRun: Bool) {
        self.isDryRun = isDryRun
        replayed = outcome.replayed.count
        left = outcome.left
        completed = outcome.completed
        unfinished = outcome.unfinished.keys.sorted()
        superseded = outcome.superseded
        batches = outcome.replayed.map { "sync \($0.syncID) batch \($0.number)" }
        failedAgain = outcome.unfinished
    }

    var text: String {
        let named = batches.prefix(10).joined(separator: ", ") + (batches.count > 10 ? ", …" : "")
        var lines: [String] = []
        if replayed == 0 {
            lines.append(isDryRun ? "nothing would be sent again" : "nothing was sent again")
        } else {
            lines.append("\(isDryRun ? "would send" : "sent") \(replayed) batches again: \(named)")
        }
        if left > 0 {
            lines.append("\(left) messages stay: not asked for, not ours, or damaged; see 'dead-letters list'")
        }
        lines += completed.map { "sync \($0) is COMPLETED now" }
        for syncID in unfinished {
            let failures = failedAgain[syncID] ?? 0
            lines.append(
                failures > 0
                    ? "sync \(syncID) is not complete: \(failures) of its batches failed again; see 'dead-letters list'"
                    : "sync \(syncID) is not complete: batches are missing; do workers run?")
        }
        lines += superseded.map {
            "sync \($0) stays as it is: more than batches was missing, users were to be marked as deleted, or a newer sync has overtaken it; "
                + "the next sync does what is left"
        }
        return lines.joined(separator: "\n")
    }
}
