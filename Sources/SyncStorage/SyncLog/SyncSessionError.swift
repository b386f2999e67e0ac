/// Why a sync cannot begin or go on.
package enum SyncSessionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another orchestrator holds the lock.
    case anotherSyncIsRunning
    /// The connection that held the lock was lost, and another orchestrator took the lock meanwhile.
    case lockLost(syncID: Int64)
    /// The sync's row is no longer under way: someone reset it.
    case endedElsewhere(syncID: Int64)
    /// The sync cannot become COMPLETED: the ledger does not hold exactly what was sent, or users are still to be marked.
    case incomplete(syncID: Int64)

    /// Whether the sync still holds its row, and can end it as FAILED.
    package var leavesRow: Bool {
        if case .incomplete = self { true } else { false }
    }

    package var description: String {
        switch self {
        case .anotherSyncIsRunning:
            "another sync is running: see 'orchestrator status'"
        case .lockLost(let syncID):
            "sync \(syncID) lost its database lock and another sync has started since"
        case .endedElsewhere(let syncID):
            "sync \(syncID) was ended from outside ('orchestrator reset')"
        case .incomplete(let syncID):
            "the ledger does not hold exactly the batches that sync \(syncID) sent: find out who else writes to sync_batches, then "
                + "run a new sync"
        }
    }
}
