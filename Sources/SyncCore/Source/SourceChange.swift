/// One way in which the source is not what it was.
package struct SourceChange: Sendable, Equatable, Codable {
    /// The raw values are stored, and programs read them.
    package enum Kind: String, Sendable, Codable, CaseIterable {
        case fewerUsers = "fewer_users"
        case moreUsers = "more_users"
        /// A field that a sync reads is missing, null or of another type more often.
        case fieldMissing = "field_missing"
        case fieldNull = "field_null"
        case fieldType = "field_type"
        case rejects
        case deleted
        /// A field that no sync reads has appeared, or has gone.
        case fieldNew = "field_new"
        case fieldGone = "field_gone"
        /// More unknown fields than a profile lists.
        case unlistedFields = "unlisted_fields"
    }

    package let kind: Kind
    /// The field, or the reject's reason; nil for what concerns the whole stream.
    package let subject: String?
    /// What is usual and what came: users for `fewerUsers` and `moreUsers`, else a share in millionths.
    package let usual: Int
    package let now: Int
    /// One sentence for a person.
    package let message: String
}

extension SourceChange {
    /// How much must differ before a change is reported.
    package enum Bounds {
        /// Completed syncs that say what is usual, at most.
        package static let syncs = 10
        /// Percentage points by which a share must have grown.
        static let points = 1.0
        /// Of users that are marked as deleted, in either direction.
        static let deletedPoints = 10.0
        /// Percent of users that must be lacking, or be more.
        static let fewerPercent = 10.0
        static let morePercent = 50.0
        /// Records that a change must concern, so that chance in a small source is none.
        static let records = 10.0
        /// Changes that are written out one by one.
        package static let lines = 20
    }

    /// What has changed against the syncs before, the gravest first.
    ///
    /// Each number is compared with the median of the earlier ones, so that one odd sync neither is the measure nor hides a
    /// change. What stays changed is usual once it was so in half of them.
    /// - Parameter earlier: profiles of completed syncs, at most ``Bounds/syncs`` of them. With none of them nothing is usual yet.
    package static func changes(in profile: SourceProfile, after earlier: [SourceProfile]) -> [SourceChange] {
        guard profile.records > 0, !earlier.isEmpty else { return [] }
        let comparison = SourceComparison(profile: profile, earlier: Array(earlier.prefix(Bounds.syncs)))
        return comparison.users() + comparison.fields() + comparison.rejects() + comparison.deleted()
            + comparison.unknownFields()
    }

    /// The sentences as one line for the SyncLog; nil when nothing has changed.
    package static func line(_ changes: [SourceChange]) -> String? {
        guard !changes.isEmpty else { return nil }
        let shown = changes.prefix(Bounds.lines).map(\.message).joined(separator: "; ")
        let more = changes.count - Bounds.lines
        return more > 0 ? "\(shown); and \(more) more: see 'orchestrator source'" : shown
    }
}
