/// Why a sync cannot begin or go on.
package enum SyncSessionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another orchestrator holds the lock.
    case anotherSyncIsRunning
    /// The connection that held the lock was lost, and another orchestrator took the lock meanwhile.
    case lockLost(syncID: Int64)
    /// The sync's row is no longer under way: someone reset it.
    case endedElsewhere(syncID: Int64)

    package var description: String {
        switch self {
        case .anotherSyncIsRunning:
            "another sync is running: see 'orchestrator status'"
        case .lockLost(let syncID):
            "sync \(syncID) lost its database lock and another sync has started since"
        case .endedElsewhere(let syncID):
            "sync \(syncID) was ended from outside ('orchestrator reset')"
        }
    }
}
