/// The attributes that each message carries beside its body.
///
/// `batch` says which batch it is: `s12a1b345u7`, the deduplication id and the group id in one. A dead-letter queue need not keep
/// the first of the two (ElasticMQ puts the message id in its place), and a body need not be readable.
package enum MessageAttributes {
    /// The attribute that names the batch.
    package static let batchName = "batch"

    /// What all attributes add to a message's size at most: names, types and values, in bytes.
    package static let maximumBytes =
        TraceContext.attributeBytes + batchName.utf8.count + "String".utf8.count + longestBatchValue

    /// Four letters, three 64-bit numbers and a lane of ten digits, and what a redrive adds: a letter and eight characters.
    private static let longestBatchValue = 4 + 3 * 19 + 10 + 9

    /// The attributes of a message that is sent for the first time.
    package static func first(_ batch: Batch, _ trace: TraceContext) -> [String: String] {
        [
            TraceContext.attributeName: trace.traceparent(batch: batch.number),
            batchName: batch.identity.attributeValue,
        ]
    }

    /// The attributes of a message that is sent again, given those it had. Nothing is added, so that it is not larger than before by
    /// more than a redrive's name, for which there is room.
    package static func again(_ attributes: [String: String], as identity: MessageIdentity) -> [String: String] {
        var attributes = attributes
        if attributes[batchName] != nil { attributes[batchName] = identity.attributeValue }
        return attributes
    }
}

extension MessageIdentity {
    /// Deduplication id and group id in one, for example `s12a1b345u7`; of a message that was sent again, `s12a1b345r8f3au7`.
    package var attributeValue: String { deduplicationID + groupID }

    /// Reads the batch's attribute, and where there is none, both identifiers.
    /// - Returns: nil when they are not those of a batch of this service.
    package init?(attributes: [String: String], groupID: String?, deduplicationID: String?) {
        if let value = attributes[MessageAttributes.batchName], let lane = value.lastIndex(of: "u"),
            let identity = MessageIdentity(
                groupID: String(value[lane...]), deduplicationID: String(value[..<lane]))
        {
            self = identity
        } else {
            self.init(groupID: groupID, deduplicationID: deduplicationID)
        }
    }
}
