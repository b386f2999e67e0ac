package import Logging
package import SyncCore

/// Sees a sync pass: shows it, or measures it. It decides nothing.
package protocol SyncObserver: Sendable {
    /// Whether it shows what the queue holds and how the last sync went, which costs requests.
    var showsQueue: Bool { get }
    /// The sync holds its lock and its row.
    func began(after lastCompleted: SyncLogEntry?)
    /// Watches until cancelled.
    func watch(_ progress: SyncProgress, logger: Logger) async throws
    /// The stream is about to be opened; its counters then start at zero again.
    func attemptBegins(_ progress: SyncProgress)
    /// The stream was read to its end, and the queue has accepted every batch.
    func streamCompleted(_ progress: SyncProgress)
    /// The sync has ended, and its row says how.
    func ended(_ entry: SyncLogEntry, _ progress: SyncProgress, logger: Logger)
    /// The sync has ended, and no row says so.
    func lost()
}

extension SyncObserver {
    package var showsQueue: Bool { false }
    package func began(after lastCompleted: SyncLogEntry?) {}
    package func attemptBegins(_ progress: SyncProgress) {}
    package func streamCompleted(_ progress: SyncProgress) {}
    package func lost() {}
}
