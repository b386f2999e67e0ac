/// One record of the source, decided but not yet written.
struct UserPlan: Sendable, Equatable {
    /// Index of the first record with this user name: two records have one name exactly when these are equal.
    var identity: Int
    /// Index of the record whose id, email and `deleted` this one shows: `identity` unless it contradicts the first.
    var content: Int
    var createdAt: Timestamp
    var deleted: Bool
    /// The latest generation in which this user changed; 0 for never.
    var revision: Int
    /// The latest generation in which one of its fields beyond the five changed; 0 for never.
    var ownRevision: Int
    /// Free bits that choose how the record is spelled, never what it says.
    var form: UInt64

    var legacyID: Int { content + 1 }
}
