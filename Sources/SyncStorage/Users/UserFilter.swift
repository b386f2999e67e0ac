/// Which users are meant; without a condition, all of them.
package struct UserFilter: Sendable, Equatable {
    /// Only those who are marked as deleted, or only those who are not.
    package var deleted: Bool?
    /// Only those whose row was changed at this time or later, in microseconds since 1970-01-01T00:00:00Z.
    package var changedSince: Int64?
    /// Only those whose row this sync wrote last.
    package var syncID: Int64?

    package init(deleted: Bool? = nil, changedSince: Int64? = nil, syncID: Int64? = nil) {
        self.deleted = deleted
        self.changedSince = changedSince
        self.syncID = syncID
    }
}
