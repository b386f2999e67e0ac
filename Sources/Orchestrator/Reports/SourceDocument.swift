import SyncCore
import SyncStorage

/// The stable JSON form of what a stream was made of. It holds counts: a share would be rounded.
struct SourceDocument: Encodable {
    private let stored: StoredProfile

    init(_ stored: StoredProfile) {
        self.stored = stored
    }

    /// The most frequent reason first.
    static func ordered(_ rejects: [String: Int]) -> [(reason: String, count: Int)] {
        rejects.map { (reason: $0.key, count: $0.value) }.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
    }

    private enum CodingKeys: String, CodingKey {
        case status, records, users, bytes, deleted, duplicates, rejects, fields, changes
        case syncID = "sync_id"
        case startedAt = "started_at"
        case usersPerSecond = "users_per_second"
        case unknownFields = "unknown_fields"
        case unlistedRecords = "unlisted_records"
        case comparedSyncs = "compared_syncs"
    }

    func encode(to encoder: any Encoder) throws {
        let profile = stored.profile
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(stored.syncID, forKey: .syncID)
        try container.encode(stored.status.rawValue, forKey: .status)
        try container.encode(SyncLogReport.timestamp(stored.startedAt), forKey: .startedAt)
        try container.encode(profile.records, forKey: .records)
        try container.encode(profile.users, forKey: .users)
        try container.encode(profile.bytes, forKey: .bytes)
        try container.encode(profile.deleted, forKey: .deleted)
        // Present also when there is none.
        try container.encode(stored.duplicates, forKey: .duplicates)
        try container.encode(profile.usersPerSecond, forKey: .usersPerSecond)
        try container.encode(Self.ordered(profile.rejects).map(Reject.init), forKey: .rejects)
        try container.encode(profile.fields.map(Field.init), forKey: .fields)
        try container.encode(profile.unknownFields, forKey: .unknownFields)
        try container.encode(profile.unlistedRecords, forKey: .unlistedRecords)
        try container.encode(stored.comparedSyncs, forKey: .comparedSyncs)
        try container.encode(stored.changes.map(Change.init), forKey: .changes)
    }

    struct Reject: Encodable {
        let reason: String
        let count: Int

        init(_ reject: (reason: String, count: Int)) { (reason, count) = reject }
    }

    struct Field: Encodable {
        let field: SourceProfile.Field

        init(_ field: SourceProfile.Field) { self.field = field }

        private enum CodingKeys: String, CodingKey {
            case name, absent, null, longest
            case otherType = "other_type"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(field.name, forKey: .name)
            try container.encode(field.absent, forKey: .absent)
            try container.encode(field.null, forKey: .null)
            try container.encode(field.mistyped, forKey: .otherType)
            try container.encode(field.longest, forKey: .longest)
        }
    }

    struct Change: Encodable {
        let change: SourceChange

        init(_ change: SourceChange) { self.change = change }

        private enum CodingKeys: String, CodingKey {
            case kind, subject, usual, now, message
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(change.kind.rawValue, forKey: .kind)
            try container.encode(change.subject, forKey: .subject)
            try container.encode(change.usual, forKey: .usual)
            try container.encode(change.now, forKey: .now)
            try container.encode(change.message, forKey: .message)
        }
    }
}
