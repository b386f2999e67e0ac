package import Postgres

extension PostgresError {
    /// Whether the database is away, and the same work can succeed once it is back: down, failing over, read-only, full, out of
    /// connections, refusing logins, renamed. A missing table counts as well: the schema has been checked by then, so another
    /// program has just renamed the table, as it does to exchange it.
    ///
    /// Narrower than ``scope`` `.world`: a missing right is the world's fault too, and waiting does not mend it.
    package var isOutage: Bool {
        switch code {
        case .connectFailed: true
        case .cancelled, .poolClosed, .invalidConfiguration, .invalidParameter, .invalidResultAccess, .misuse,
            .protocolViolation:
            false
        default:
            isTransient || Self.isMissingTable(sqlState)
                || Self.outageClasses.contains(String((sqlState ?? "").prefix(2)))
        }
    }

    /// Connections, transaction states such as read-only, logins, missing databases, rollbacks, resources, objects in use, operators and
    /// the server's own machine.
    private static let outageClasses: Set<String> = ["08", "25", "28", "3D", "40", "53", "55", "57", "58"]

    /// undefined_table, or the schema that it is in.
    private static func isMissingTable(_ sqlState: String?) -> Bool { sqlState == "42P01" || sqlState == "3F000" }

    /// Whether another connection may reach a server that can do more: after a failover, the old one still leads to a standby.
    var asksForNewConnection: Bool { sqlState?.hasPrefix("25") == true || sqlState == "57P04" }

    /// Whether a person who has just typed the command would rather be told at once: the host is
    /// unknown, the login refused, the database missing.
    package var isTypingMistake: Bool {
        switch code {
        case .unknownHost: true
        case .connectFailed: sqlState.map { $0.hasPrefix("28") || $0.hasPrefix("3D") } ?? false
        default: false
        }
    }

    /// Whether the first connection of a command is tried again after this failure.
    /// - Parameter isTyped: a person at a terminal has typed the command.
    func isWaitedFor(isTyped: Bool) -> Bool { isOutage && !(isTyped && isTypingMistake) }
}
