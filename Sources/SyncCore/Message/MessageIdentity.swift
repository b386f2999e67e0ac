/// What a batch is called in the queue.
///
/// Both identifiers are made of lower-case letters and digits, at most 128 of them, as
/// [SQS asks](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html). They name the batch
/// also where its body cannot be read.
package struct MessageIdentity: Sendable, Hashable {
    /// The sync that the batch belongs to.
    package let syncID: Int64
    /// Which reading of the stream, within the sync, it comes from; counted from 1.
    package let attempt: Int
    /// The batch's number, unique in its sync.
    package let number: Int64
    package let lane: Int
    /// Tells a message that was sent again from a dead-letter queue from the one before: letters and digits; nil the first time.
    package var redrive: String?

    /// - Parameter attempt: Which reading of the stream, within the sync, the batch comes from.
    package init(syncID: Int64, attempt: Int, number: Int64, lane: Int, redrive: String? = nil) {
        self.syncID = syncID
        self.attempt = attempt
        self.number = number
        self.lane = lane
        self.redrive = redrive
    }

    /// The `MessageGroupId`: the lane, for example `u7`. SQS hands out the messages of one group in order, one call at
    /// a time.
    package var groupID: String { "u\(lane)" }

    /// The `MessageDeduplicationId`, for example `s12a1b345`: sync, attempt and batch.
    ///
    /// A batch that is sent again after a lost answer has the same one, so SQS stores it once (for five minutes). A
    /// batch of a restarted stream has another one, so it is never taken for a batch of the attempt before; nor is one
    /// that comes back from a dead-letter queue, `s12a1b345r8f3a`.
    package var deduplicationID: String {
        let id = "s\(syncID)a\(attempt)b\(number)"
        return redrive.map { "\(id)r\($0)" } ?? id
    }
}

extension MessageIdentity {
    /// Reads both identifiers back.
    /// - Returns: nil when they are not those of a batch of this service.
    package init?(groupID: String?, deduplicationID: String?) {
        guard let groupID, let deduplicationID else { return nil }
        var group = groupID.utf8[...]
        var id = deduplicationID.utf8[...]
        guard let lane = Self.number("u", &group), group.isEmpty, let lane = Int(exactly: lane),
            let syncID = Self.number("s", &id), let attempt = Self.number("a", &id), let number = Self.number("b", &id)
        else { return nil }
        var redrive: String?
        if id.first == UInt8(ascii: "r") { redrive = String(id.dropFirst()) } else if !id.isEmpty { return nil }
        self.init(syncID: syncID, attempt: Int(attempt), number: number, lane: lane, redrive: redrive)
    }

    /// Takes a letter and the number after it off the front.
    private static func number(_ letter: Unicode.Scalar, _ text: inout Substring.UTF8View) -> Int64? {
        guard text.first == UInt8(ascii: letter) else { return nil }
        let digits = text.dropFirst().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        text = text[digits.endIndex...]
        return Int64(Substring(digits))
    }
}
