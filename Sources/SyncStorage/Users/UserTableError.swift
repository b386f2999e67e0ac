/// Why the users table could not be read.
package enum UserTableError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The server sent something that is no binary COPY of this table.
    case unreadable(String)

    package var description: String {
        switch self {
        case .unreadable(let found):
            "the users table cannot be read: the server sent \(found); run with SYNC_MODE=full and report it"
        }
    }
}
