import SQS

/// A message to work on, from the queue or from an invocation.
struct ReceivedMessage: Sendable {
    let message: SQSMessage
    /// Why the body cannot be trusted; nil when it was found whole.
    var damage: String?

    /// The lane, by the message's own names.
    var lane: String? { message.messageGroupID }
}

extension ReceivedMessage: CustomStringConvertible {
    var description: String { message.messageID }
}
