import SyncStorage

/// The stable JSON form of a user; names are those of the table's columns.
struct UserDocument: Encodable {
    let user: StoredUser

    private enum CodingKeys: String, CodingKey {
        case id, email, deleted
        case legacyID = "legacy_id"
        case userName = "user_name"
        case legacyCreatedAt = "legacy_created_at"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case deletedAt = "deleted_at"
        case syncID = "sync_id"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(user.id, forKey: .id)
        try container.encode(user.legacyID, forKey: .legacyID)
        try container.encode(user.userName, forKey: .userName)
        try container.encode(user.email, forKey: .email)
        try container.encode(SyncLogReport.timestamp(user.legacyCreatedAt), forKey: .legacyCreatedAt)
        try container.encode(SyncLogReport.timestamp(user.createdAt), forKey: .createdAt)
        try container.encode(SyncLogReport.timestamp(user.updatedAt), forKey: .updatedAt)
        try container.encode(user.deleted, forKey: .deleted)
        try container.encode(user.deletedAt.map(SyncLogReport.timestamp), forKey: .deletedAt)
        try container.encode(user.syncID, forKey: .syncID)
    }
}
