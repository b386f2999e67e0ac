/// Why the users table could not be read.
package enum UserTableError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The server sent something that is no binary COPY of this table.
    case unreadable(String)
    /// A search reached its statement timeout.
    case tooSlow(Duration)
    /// A name to begin after has a character that the database's encoding lacks.
    case unwritableName

    package var description: String {
        switch self {
        case .unreadable(let found):
            "the users table cannot be read: the server sent \(found); run with SYNC_MODE=full and report it"
        case .tooSlow(let limit):
            "the search through the users table took longer than \(limit.components.seconds) s and was stopped: "
                + "use a smaller limit or fewer conditions, or retry when the database is less busy"
        case .unwritableName:
            "the name to begin after has a character that the encoding of the database lacks: begin after another name"
        }
    }
}
