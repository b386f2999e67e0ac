/// How a password of a ``PostgresPasswordSource`` reaches its server: to one named host, and through TLS only.
///
/// Such a password is as good as a key until it expires, and the server asks for it in clear. So the weaker settings of libpq
/// (`disable`, `allow`, `prefer`), which send it without encryption where the server likes that better, are refused, and without a
/// setting the server must prove its name (`verify-full`).
struct EncryptedLogin: Sendable, Equatable {
    let target: PostgresTarget
    /// libpq's `sslmode`: `require`, `verify-ca` or `verify-full`.
    let sslMode: String

    /// - Throws: `PostgresError` with code `.invalidConfiguration`.
    init(_ options: ConnectionOptions, host: ServerHost) throws(PostgresError) {
        guard let name = host.name, !host.isLocalSocket else {
            throw Self.refused("every host must be named: over a local socket nothing is encrypted")
        }
        guard let user = options.value("user") else { throw Self.refused("a user must be named") }
        guard options.value("password") == nil else {
            throw Self.refused(
                "a password is set beside it (in the connection string, PGPASSWORD or a service): remove it")
        }
        target = PostgresTarget(host: name, port: host.port, user: user)
        // libpq reports `prefer` also where nothing was set.
        let isUnset = options.stated["sslmode"] == nil && (options.value("sslmode") ?? "prefer") == "prefer"
        let mode = isUnset ? "verify-full" : options.value("sslmode") ?? ""
        guard ["require", "verify-ca", "verify-full"].contains(mode) else {
            throw Self.refused(
                "sslmode=\(mode) could send the password unencrypted: set sslmode=verify-full with sslrootcert")
        }
        sslMode = mode
    }

    private static func refused(_ reason: String) -> PostgresError {
        PostgresError(
            .invalidConfiguration, operation: ConnectAttempt.operation,
            message: "a password that is made for each connection cannot be used: \(reason)")
    }
}
