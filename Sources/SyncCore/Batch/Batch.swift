/// Users of one lane, encoded and ready to be sent as one queue message.
package struct Batch: Sendable, Hashable {
    /// What it is called in the queue and in the ledger.
    package let identity: MessageIdentity
    /// How many users it holds, at least 1.
    package let users: Int
    /// The message body, in the format that ``MessageFormat`` describes.
    package let body: [UInt8]

    /// The batch's number, unique in its sync; batches of one sync are numbered in the order they were sealed.
    package var number: Int64 { identity.number }
    /// The lane of all its users.
    package var lane: Int { identity.lane }

    package init(identity: MessageIdentity, users: Int, body: [UInt8]) {
        self.identity = identity
        self.users = users
        self.body = body
    }
}
