import Postgres
import SyncCore
import SyncStorage

/// An export of users in parts, ordered by name.
///
/// Each part is one page, read on demand, so a slow reader holds no transaction. The export is therefore no snapshot: users inserted
/// or deleted while it runs may be missing, all others appear exactly once.
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

    /// - Parameter extraFields: what each page holds beyond the five fields.
    init(format: UserLines.Format, extraFields: ExtraFields = .none, page: @escaping Page) {
        lines = UserLines(format: format, extraColumns: extraFields.fields.map(\.column))
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
