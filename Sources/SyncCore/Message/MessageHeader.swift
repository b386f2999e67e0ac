/// What the first line of a message says.
package struct MessageHeader: Sendable, Hashable {
    /// The sync that the batch belongs to, 0 or more.
    package let syncID: Int64
    /// The batch's number, unique in its sync, 0 or more.
    package let number: Int64
    /// The lane that all users of the batch hash to, 0 or more.
    package let lane: Int
    /// The number of users in the message, at least 1.
    package let users: Int
    /// Where the values go that stand behind the five fields of each user; none before version 3.
    package let extraColumns: [ExtraColumn]

    package init(syncID: Int64, number: Int64, lane: Int, users: Int, extraColumns: [ExtraColumn] = []) {
        self.syncID = syncID
        self.number = number
        self.lane = lane
        self.users = users
        self.extraColumns = extraColumns
    }
}
