import SyncCore
import SyncStorage

extension StoredProfile {
    /// One with something in each of its lists, and with every text hostile.
    static func sample(duplicates: Int? = 3, milliseconds: Int? = 500) -> StoredProfile {
        var profile = SourceProfile()
        (profile.records, profile.users, profile.bytes, profile.deleted) = (1_000, 970, 123_456, 97)
        profile.fields = [
            .init(name: "createdAt", absent: 30, null: 1, mistyped: 2, longest: 24), .init(name: "deleted"),
        ]
        profile.unknownFields = [.init(name: "pho\u{1b}[2Jne", records: 1_000, type: .string)]
        profile.unlistedRecords = 4
        profile.rejects = ["missing_field": 30, "invalid_json": 2, "too_deep": 30]
        profile.milliseconds = milliseconds
        var earlier = SourceProfile()
        (earlier.records, earlier.users) = (1_000, 1_000)
        earlier.fields = profile.fields.map { .init(name: $0.name) }
        return StoredProfile(
            syncID: 7, status: .completed, startedAt: 0, profile: profile, duplicates: duplicates,
            changes: SourceChange.changes(in: profile, after: [earlier]), comparedSyncs: 1)
    }
}
