/// A user whose row a sync wrote last.
package struct ChangedUser {
    /// UTF-8; valid only while a sink takes the user.
    package let userName: UnsafeRawBufferPointer
    package let change: UserChange

    package init(userName: UnsafeRawBufferPointer, change: UserChange) {
        self.userName = userName
        self.change = change
    }
}

/// What became of a user's row in a sync.
package enum UserChange: String, Sendable, CaseIterable {
    /// The row came into being while the sync was under way.
    case inserted
    case updated
    /// The row was marked as deleted while the sync was under way: by the source, or since the source no longer names the user.
    case newlyDeleted = "newly_deleted"
}

/// Takes changed users as they are read.
package protocol ChangedUserSink {
    mutating func receive(_ user: ChangedUser) throws
    /// Called after some users, and after the last: while it waits, nothing more is read.
    nonisolated(nonsending) mutating func flush() async throws
}
