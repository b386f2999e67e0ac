/// A user whose line alone does not fit into a message: it cannot be sent, and belongs into the quarantine.
package struct UserTooLarge: Error, Sendable, Hashable, CustomStringConvertible {
    /// What a message with this user alone would take at least, in bytes.
    package let bytes: Int
    /// What a message body may take at most, in bytes.
    package let maximumBodyBytes: Int

    package var description: String {
        "user refused: a message with it alone would take at least \(bytes) bytes and a body may take \(maximumBodyBytes); "
            + "correct the record at its source, or raise SQS_MAX_MESSAGE_BYTES if the queue accepts larger messages"
    }
}
