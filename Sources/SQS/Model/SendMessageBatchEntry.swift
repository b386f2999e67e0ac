/// A message to send, as one entry of a batch call.
package struct SendMessageBatchEntry: Sendable {
    /// Names the entry in the answer: 1 to 80 of letters, digits, `-` and `_`, unique in its call.
    package var id: String
    /// UTF-8 of XML 1.0 characters only; not empty.
    package var body: [UInt8]
    /// FIFO queues: messages of one group are delivered in order. Up to 128 of letters, digits and punctuation.
    package var messageGroupID: String?
    /// FIFO queues: a message with the same ID within five minutes is accepted and not delivered. Up to 128 of letters, digits and punctuation.
    package var deduplicationID: String?
    /// Message attributes of type String.
    package var attributes: [String: String]

    package init(
        id: String, body: [UInt8], messageGroupID: String? = nil, deduplicationID: String? = nil,
        attributes: [String: String] = [:]
    ) {
        self.id = id
        self.body = body
        self.messageGroupID = messageGroupID
        self.deduplicationID = deduplicationID
        self.attributes = attributes
    }

    /// What the message counts against the limits: body, and each attribute's name, type and value, in bytes.
    ///
    /// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
    package var billedBytes: Int {
        attributes.reduce(body.count) { $0 + $1.key.utf8.count + "String".utf8.count + $1.value.utf8.count }
    }

    /// What the queue said of a message it took.
    package struct Result: Sendable, Hashable {
        package let id: String
        package let messageID: String
        /// FIFO queues: grows within a group; 20 digits, which need not fit 64 bits.
        package let sequenceNumber: String?
    }
}
