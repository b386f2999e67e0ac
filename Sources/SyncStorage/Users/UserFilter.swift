/// Conditions on users. Without any, all users match.
package struct UserFilter: Sendable, Equatable {
    /// true: only users marked as deleted; false: only the others.
    package var deleted: Bool?
    /// Only rows changed at this time or later, in microseconds since 1970-01-01T00:00:00Z.
    package var changedSince: Int64?
    /// Only rows last written by this sync.
    package var syncID: Int64?

    package init(deleted: Bool? = nil, changedSince: Int64? = nil, syncID: Int64? = nil) {
        self.deleted = deleted
        self.changedSince = changedSince
        self.syncID = syncID
    }
}
