import SyncCore

/// Why a batch could not be applied, as it is on record.
package struct FailedBatch: Sendable, Equatable {
    package let syncID: Int64
    package let batchNumber: Int64
    package let lane: Int
    /// How often the queue had handed the batch out by then.
    package let receiveCount: Int
    /// The queue does not hand it out again: it is in the dead-letter queue, or on its way there.
    package let isFinal: Bool
    /// What went wrong and what to do, without any data of users.
    package let cause: String

    /// Causes are for people: longer ones are cut.
    private static let longestCause = 1000

    package init(
        syncID: Int64, batchNumber: Int64, lane: Int, receiveCount: Int, isFinal: Bool, cause: String
    ) {
        self.syncID = syncID
        self.batchNumber = batchNumber
        self.lane = lane
        self.receiveCount = receiveCount
        self.isFinal = isFinal
        self.cause = PrintableText.line(cause, limit: Self.longestCause)
    }
}
