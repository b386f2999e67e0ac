import ServiceRuntime
import SyncStorage

/// A user as people read one.
enum UserReport {
    /// A line for each column.
    static func lines(_ user: StoredUser, page: OutputPage) -> [String] {
        let document = UserDocument(user: user)
        let width = document.names.map(\.count).max() ?? 0
        return zip(document.names, document.values).map { name, value in
            page.style.dim(name) + String(repeating: " ", count: width + 2 - name.count) + text(value)
        }
    }

    private static func text(_ value: UserDocument.Value) -> String {
        switch value {
        case .integer(let number): "\(number)"
        // The source's: a terminal must not obey it.
        case .text(let text): TextWidth.printable(text)
        case .time(let text), .number(let text): text
        case .boolean(let flag): "\(flag)"
        case .null: "-"
        }
    }
}
