package import SQS
package import SyncCore

/// A message that was handed out too often, as it lies in the dead-letter queue.
package struct DeadLetter: Sendable {
    /// What its body is.
    package enum Content: Sendable, Equatable {
        /// A batch that this release can read.
        case batch(users: Int)
        /// A batch in a format that this release does not read; a newer worker may.
        case otherVersion(reason: String)
        /// Nothing that could be applied, now or later.
        case unreadable(reason: String)
    }

    package let message: SQSMessage
    /// Which batch it is, by its names in the queue; nil when it is none of this service.
    package let identity: MessageIdentity?
    package let content: Content

    package init(_ message: SQSMessage) {
        self.message = message
        // The names first: they know the attempt, and are there when the body cannot be read.
        let named = MessageIdentity(
            attributes: message.attributes, groupID: message.messageGroupID, deduplicationID: message.deduplicationID)
        do {
            let batch = try MessageDecoder.decode(message.body)
            content = .batch(users: batch.header.users)
            identity =
                named
                ?? MessageIdentity(
                    syncID: batch.header.syncID, attempt: 1, number: batch.header.number, lane: batch.header.lane)
        } catch {
            identity = named
            content =
                error.code == .unsupportedVersion ? .otherVersion(reason: "\(error)") : .unreadable(reason: "\(error)")
        }
    }

    /// Whether sending it again can lead to anything: it is a batch of ours, and not damaged.
    package var isReplayable: Bool {
        guard identity != nil else { return false }
        if case .unreadable = content { return false }
        return true
    }
}
