/// Users of one lane, encoded and ready to be sent as one queue message.
package struct Batch: Sendable, Hashable {
    /// The batch's number, unique in its sync; batches of one sync are numbered in the order they were sealed.
    package let number: Int64
    /// The lane of all its users.
    package let lane: Int
    /// How many users it holds, at least 1.
    package let users: Int
    /// The message body, in the format that ``MessageFormat`` describes.
    package let body: [UInt8]

    package init(number: Int64, lane: Int, users: Int, body: [UInt8]) {
        self.number = number
        self.lane = lane
        self.users = users
        self.body = body
    }
}
