import Logging
import SyncCore
import SyncStorage

/// Watches the source's contract: compares what a complete stream was made of with the syncs before, and keeps it with the sync.
///
/// It takes no part in how the sync ends: a profile that cannot be kept is a warning.
struct SourceWatch: Sendable {
    let record: any SyncRecord
    let progress: SyncProgress
    let logger: Logger

    /// - Throws: only that by which every write of a sync ends it: an outage, the loss of the lock or of the row, cancellation.
    func keep(_ profile: SourceProfile) async throws {
        do {
            let earlier = try await record.completedProfiles(limit: SourceChange.Bounds.syncs)
            let changes = SourceChange.changes(in: profile, after: earlier)
            warn(changes)
            progress.note(changes)
            try await record.record(profile, changes: changes, comparedSyncs: earlier.count)
        } catch let error where !(error is OutageError || error is SyncSessionError || error is CancellationError) {
            logger.warning(
                "the source's profile is not kept, and the sync goes on: run infra/sql/grants.sql if a right is missing",
                metadata: ["error": "\(error)"])
        }
    }

    private func warn(_ changes: [SourceChange]) {
        for change in changes.prefix(SourceChange.Bounds.lines) {
            logger.warning("the source has changed", metadata: ["change": "\(change.message)"])
        }
        guard changes.count > SourceChange.Bounds.lines else { return }
        logger.warning(
            "the source has changed in more ways: see 'orchestrator source'",
            metadata: ["changes": .stringConvertible(changes.count)])
    }
}
