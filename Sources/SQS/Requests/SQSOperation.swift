/// The operations of SQS that this client speaks; the raw value is the protocol's name.
package enum SQSOperation: String, Sendable, Hashable, CaseIterable {
    case createQueue = "CreateQueue"
    case getQueueURL = "GetQueueUrl"
    case getQueueAttributes = "GetQueueAttributes"
    case setQueueAttributes = "SetQueueAttributes"
    case sendMessageBatch = "SendMessageBatch"
    case receiveMessage = "ReceiveMessage"
    case deleteMessageBatch = "DeleteMessageBatch"
    case changeMessageVisibility = "ChangeMessageVisibility"
    case changeMessageVisibilityBatch = "ChangeMessageVisibilityBatch"
    case purgeQueue = "PurgeQueue"
    case startMessageMoveTask = "StartMessageMoveTask"

    /// The value of `X-Amz-Target`.
    var target: String { "AmazonSQS.\(rawValue)" }
}
