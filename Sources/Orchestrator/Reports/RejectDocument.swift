import SyncStorage

/// The stable JSON form of what of a stream is not in the table: a damaged piece, or a user whom the database refused. Names are
/// those of the tables' columns.
struct RejectDocument: Encodable {
    /// The reason of a refused user; the rest says which.
    static let refused = "refused"

    let byteOffset: Int64?
    let reason: String
    let excerpt: String
    let user: RefusedUser?

    init(_ reject: StoredReject) {
        byteOffset = reject.byteOffset
        reason = reject.reason
        excerpt = reject.excerpt
        user = nil
    }

    init(_ user: RefusedUser) {
        byteOffset = nil
        reason = Self.refused
        excerpt = user.message
        self.user = user
    }

    private enum CodingKeys: String, CodingKey {
        case byteOffset = "byte_offset"
        case reason, excerpt
        case userName = "user_name"
        case batchNumber = "batch_number"
        case sqlState = "sqlstate"
        case constraint = "constraint_name"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        // Present also when there is none.
        try container.encode(byteOffset, forKey: .byteOffset)
        try container.encode(reason, forKey: .reason)
        try container.encode(excerpt, forKey: .excerpt)
        try container.encode(user?.userName, forKey: .userName)
        try container.encode(user?.batchNumber, forKey: .batchNumber)
        try container.encode(user?.sqlState, forKey: .sqlState)
        try container.encode(user?.constraint, forKey: .constraint)
    }
}

/// The stable JSON form of those that share a reason.
struct RejectGroupDocument: Encodable {
    let reason: String
    let count: Int
    let firstByteOffset: Int64?
    let sqlState: String?
    let constraint: String?

    init(_ group: RejectGroup) {
        reason = group.reason
        count = group.count
        firstByteOffset = group.firstByteOffset
        sqlState = nil
        constraint = nil
    }

    init(_ group: RefusalGroup) {
        reason = RejectDocument.refused
        count = group.count
        firstByteOffset = nil
        sqlState = group.sqlState
        constraint = group.constraint
    }

    private enum CodingKeys: String, CodingKey {
        case reason, count
        case firstByteOffset = "first_byte_offset"
        case sqlState = "sqlstate"
        case constraint = "constraint_name"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(reason, forKey: .reason)
        try container.encode(count, forKey: .count)
        try container.encode(firstByteOffset, forKey: .firstByteOffset)
        try container.encode(sqlState, forKey: .sqlState)
        try container.encode(constraint, forKey: .constraint)
    }
}
