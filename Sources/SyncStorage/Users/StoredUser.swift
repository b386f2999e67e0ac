/// One row of `users`, as someone who looks a user up sees it. Times are microseconds since 1970-01-01T00:00:00Z.
package struct StoredUser: Sendable, Equatable {
    package let id: Int64
    package let legacyID: Int64
    package let userName: String
    package let email: String
    /// When the legacy API says that the user was created.
    package let legacyCreatedAt: Int64
    package let createdAt: Int64
    /// When a sync last changed the row.
    package let updatedAt: Int64
    package let deleted: Bool
    /// nil unless deleted.
    package let deletedAt: Int64?
    /// The sync that wrote the row last; nil for one that no sync has written.
    package let syncID: Int64?
}
