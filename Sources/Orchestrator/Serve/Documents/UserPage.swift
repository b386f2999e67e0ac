import SyncStorage

/// One page of users, and where the next page begins.
struct UserPage: Encodable {
    let users: [UserDocument]
    /// `after` of the next page; nil on the last page.
    let next: String?

    /// - Parameters:
    ///   - users: one more than the page has, if there is one: it is left out, and says that another page follows.
    ///   - limit: the page size that was asked for.
    init(users: [StoredUser], limit: Int) {
        let shown = users.prefix(limit)
        self.users = shown.map(UserDocument.init)
        next = users.count > limit ? shown.last?.userName : nil
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
