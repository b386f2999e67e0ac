/// What a batch is called in the queue.
///
/// Both identifiers are made of lower-case letters and digits, at most 128 of them, as
/// [SQS asks](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html).
package struct MessageIdentity: Sendable, Hashable {
    private let syncID: Int64
    private let attempt: Int
    private let number: Int64
    private let lane: Int

    /// - Parameter attempt: Which reading of the stream, within the sync, the batch comes from.
    package init(syncID: Int64, attempt: Int, number: Int64, lane: Int) {
        self.syncID = syncID
        self.attempt = attempt
        self.number = number
        self.lane = lane
    }

    /// The `MessageGroupId`: the lane, for example `u7`. SQS hands out the messages of one group in order, one call at
    /// a time.
    package var groupID: String { "u\(lane)" }

    /// The `MessageDeduplicationId`, for example `s12a1b345`: sync, attempt and batch.
    ///
    /// A batch that is sent again after a lost answer has the same one, so SQS stores it once (for five minutes). A
    /// batch of a restarted stream has another one, so it is never taken for a batch of the attempt before.
    package var deduplicationID: String { "s\(syncID)a\(attempt)b\(number)" }
}
