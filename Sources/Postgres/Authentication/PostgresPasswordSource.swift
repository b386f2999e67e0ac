/// Gives the password of a connection that is about to be made, for passwords that do not last long.
///
/// It is asked once for every new connection: of a pool, after a break, for a command. The password goes to the server in clear inside
/// the encrypted connection; without encryption none is asked for, see ``EncryptedLogin``.
package protocol PostgresPasswordSource: Sendable {
    /// What to look at when a server refuses the password, as the end of an error's sentence.
    var adviceWhenRefused: String { get }

    /// A password for this server and user. Ends within a bounded time.
    func password(for target: PostgresTarget) async throws(PostgresPasswordError) -> String
}

/// Who is to be let in where.
package struct PostgresTarget: Sendable, Hashable {
    /// The server's name as it stands in the connection string.
    package let host: String
    package let port: Int
    package let user: String

    package init(host: String, port: Int, user: String) {
        self.host = host
        self.port = port
        self.user = user
    }
}

/// Why there is no password. Its message holds no secret.
package struct PostgresPasswordError: Error, Sendable, Equatable {
    /// What was found, and what to do.
    package let message: String
    /// Whether asking again may help with nothing changed.
    package let isTransient: Bool

    package init(message: String, isTransient: Bool) {
        self.message = message
        self.isTransient = isTransient
    }
}
