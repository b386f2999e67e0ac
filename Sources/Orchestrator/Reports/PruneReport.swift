import ServiceRuntime
import SyncStorage

/// What `history prune` deleted, or would delete, as people and programs read it.
struct PruneReport: Encodable {
    let pruned: PrunedHistory
    let days: Int
    let isDryRun: Bool

    private enum CodingKeys: String, CodingKey {
        case syncs
        case isDryRun = "dry_run"
        case days = "history_days"
        case firstSync = "first_sync"
        case lastSync = "last_sync"
        case ledger = "sync_batches"
        case rejects = "sync_rejects"
        case profiles = "sync_profiles"
        case refusals = "sync_refusals"
        case batchFailures = "sync_batch_failures"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isDryRun, forKey: .isDryRun)
        try container.encode(days, forKey: .days)
        try container.encode(pruned.syncs, forKey: .syncs)
        // Present also when there is none.
        try container.encode(pruned.first, forKey: .firstSync)
        try container.encode(pruned.last, forKey: .lastSync)
        try container.encode(pruned[.ledger], forKey: .ledger)
        try container.encode(pruned[.rejects], forKey: .rejects)
        try container.encode(pruned[.profiles], forKey: .profiles)
        try container.encode(pruned[.refusals], forKey: .refusals)
        try container.encode(pruned[.batchFailures], forKey: .batchFailures)
    }

    var text: String {
        guard days > 0 else { return "nothing is deleted: SYNC_HISTORY_DAYS is 0, which keeps all" }
        guard let first = pruned.first, let last = pruned.last else {
            return "nothing to delete: no overtaken sync that ended more than \(days) days ago has history left"
        }
        let name = first == last ? "sync \(first)" : "\(Humanized.count(pruned.syncs)) syncs, from \(first) to \(last)"
        let rows = [
            (pruned[.ledger], "rows of the ledger"), (pruned[.rejects], "rejects"),
            (pruned[.refusals], "refused users"), (pruned[.batchFailures], "failures of batches"),
            (pruned[.profiles], "profiles of the source"),
        ].map { "  \(Humanized.count($0)) \($1)" }
        return
            (["\(isDryRun ? "would delete" : "deleted") the history of \(name) (ended more than \(days) days ago):"]
            + rows)
            .joined(separator: "\n")
    }
}
