import AWSClientSupport

/// Where a queue's messages go that nobody could handle: the queue attribute `RedrivePolicy`, which is JSON in a string.
///
/// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
package struct RedrivePolicy: Sendable, Equatable {
    /// The dead-letter queue.
    package let deadLetterTargetARN: String
    /// How often a message is handed out before it goes there; at least 1.
    package let maximumReceives: Int

    /// - Parameter attribute: the attribute's value.
    /// - Returns: nil when it is no policy.
    package init?(attribute: String) {
        var target: String?
        var receives: Int64?
        do {
            var reader = try JSONReader(Array(attribute.utf8))
            try reader.readObject { member, reader throws(JSONError) in
                switch member {
                case "deadLetterTargetArn": target = try reader.readOptionalString()
                // AWS answers a number; some servers give back the string that the queue was created with.
                case "maxReceiveCount" where reader.peek() == .string: receives = Int64(try reader.readString())
                case "maxReceiveCount": receives = try reader.readInteger()
                default: try reader.skipValue()
                }
            }
            try reader.finish()
        } catch {
            return nil
        }
        guard let target, let receives, let maximum = Int(exactly: receives), maximum >= 1 else { return nil }
        deadLetterTargetARN = target
        maximumReceives = maximum
    }

    /// The name of the dead-letter queue: the last part of its ARN.
    package var deadLetterQueueName: String {
        deadLetterTargetARN.split(separator: ":", omittingEmptySubsequences: false).last.map(String.init) ?? ""
    }
}
