import ServiceRuntime
import SyncStorage

/// A user as people read one.
enum UserReport {
    /// A line for each column.
    static func lines(_ user: StoredUser, page: OutputPage) -> [String] {
        let width = UserDocument.names.map(\.count).max() ?? 0
        return zip(UserDocument.names, UserDocument(user: user).values).map { name, value in
            page.style.dim(name) + String(repeating: " ", count: width + 2 - name.count) + text(value)
        }
    }

    private static func text(_ value: UserDocument.Value) -> String {
        switch value {
        case .integer(let number): "\(number)"
        // The source's: a terminal must not obey it.
        case .text(let text): TextWidth.printable(text)
        case .time(let text): text
        case .boolean(let flag): "\(flag)"
        case .null: "-"
        }
    }
}
