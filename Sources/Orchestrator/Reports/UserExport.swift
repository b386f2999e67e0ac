import Postgres
import SyncStorage

/// All users, or those that a filter means, by name and in parts.
///
/// One page is in memory at a time, and the database is asked only when the next part is: a reader that is slow holds no
/// transaction. So it is no snapshot: who is there all the time comes exactly once, who comes or goes meanwhile may be in it or not.
struct UserExport {
    /// Reads the next users behind a name, ``pageSize`` at most.
    typealias Page = @Sendable (_ after: String?) async throws -> [StoredUser]

    /// Users in a part.
    static let pageSize = 1000
    /// How long the database may take for a part.
    static let pageDeadline = Duration.seconds(60)

    private let lines: UserLines
    private let page: Page
    private var userName: String?
    private var hasBegun = false
    private var hasEnded = false

    init(format: UserLines.Format, page: @escaping Page) {
        lines = UserLines(format: format)
        self.page = page
    }

    /// - Returns: whole lines, possibly none; nil at the end.
    mutating func next() async throws -> [UInt8]? {
        guard !hasEnded else { return nil }
        let users = try await page(userName)
        var buffer = hasBegun ? [] : lines.heading
        hasBegun = true
        for user in users { lines.append(user, to: &buffer) }
        userName = users.last?.userName
        hasEnded = users.count < Self.pageSize || userName == nil
        return buffer
    }
}

extension UserReader {
    /// The next part of an export.
    func exportPage(of filter: UserFilter, after userName: String?) async throws -> [StoredUser] {
        try await page(
            of: filter, after: userName, limit: UserExport.pageSize, deadline: UserExport.pageDeadline)
    }
}
