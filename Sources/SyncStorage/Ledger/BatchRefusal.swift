/// A batch that its sync has not sent: the number was never reserved, or the sync is complete without it.
package struct BatchRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    package let syncID: Int64
    package let number: Int64
    /// The sync is COMPLETED, so that all of its batches are in the ledger.
    package let isCompleted: Bool

    package init(syncID: Int64, number: Int64, isCompleted: Bool) {
        self.syncID = syncID
        self.number = number
        self.isCompleted = isCompleted
    }

    package var description: String {
        let reason = isCompleted ? "sync \(syncID) is complete without it" : "sync \(syncID) never reserved that number"
        return "batch \(number) refused: \(reason); find out who else writes to this queue"
    }
}
