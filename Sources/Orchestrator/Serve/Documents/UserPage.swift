import SyncStorage

/// Some users by name, and where the next ones begin.
struct UserPage: Encodable {
    let users: [UserDocument]
    /// What to give as `after` for the next page; nil when this one is the last.
    let next: String?

    /// - Parameter limit: what the users were limited to.
    init(users: [StoredUser], limit: Int) {
        self.users = users.map(UserDocument.init)
        next = users.count == limit ? users.last?.userName : nil
    }

    private enum CodingKeys: String, CodingKey {
        case users, next
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(users, forKey: .users)
        // Present also when there is none.
        try container.encode(next, forKey: .next)
    }
}
