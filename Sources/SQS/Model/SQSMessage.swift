/// A message as it was received.
package struct SQSMessage: Sendable {
    package let messageID: String
    /// Deletes this message or changes its visibility; valid for this receive.
    package let receiptHandle: String
    /// The body's bytes, valid UTF-8, equal to what the queue holds by their MD5.
    package let body: [UInt8]
    package let messageGroupID: String?
    package let deduplicationID: String?
    package let sequenceNumber: String?
    /// How often the message was received, this time counted. 0 when the server did not say.
    package let receiveCount: Int
    /// When the message was sent, in milliseconds since 1970.
    package let sentTimestamp: Int64?
    /// Message attributes of text and number types.
    package let attributes: [String: String]
    /// The system's attributes, such as `DeadLetterQueueSourceArn`, those above among them.
    package let systemAttributes: [String: String]

    /// What the system says of the message is read from its attributes.
    init(
        messageID: String, receiptHandle: String, body: [UInt8], systemAttributes: [String: String],
        attributes: [String: String]
    ) {
        self.messageID = messageID
        self.receiptHandle = receiptHandle
        self.body = body
        messageGroupID = systemAttributes["MessageGroupId"]
        deduplicationID = systemAttributes["MessageDeduplicationId"]
        sequenceNumber = systemAttributes["SequenceNumber"]
        receiveCount = systemAttributes["ApproximateReceiveCount"].flatMap { Int($0) } ?? 0
        sentTimestamp = systemAttributes["SentTimestamp"].flatMap { Int64($0) }
        self.attributes = attributes
        self.systemAttributes = systemAttributes
    }
}
