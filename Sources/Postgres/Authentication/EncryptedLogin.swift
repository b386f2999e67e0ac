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
    init(connectionString: String?) throws(PostgresError) {
        let defaults = try ConnectionString.options(nil)
        try self.init(
            stated: connectionString == nil ? [:] : ConnectionString.options(connectionString), defaults: defaults)
    }

    /// - Parameters:
    ///   - stated: the options in the connection string.
    ///   - defaults: those of the environment and of libpq itself.
    init(stated: [String: String], defaults: [String: String]) throws(PostgresError) {
        func option(_ name: String) -> String? {
            (stated[name] ?? defaults[name]).flatMap { $0.isEmpty ? nil : $0 }
        }
        guard stated["service"] == nil else {
            throw Self.refused("name host, port and user in the connection string, not a service")
        }
        guard let host = option("host"), !host.hasPrefix("/"), !host.hasPrefix("@") else {
            throw Self.refused("a host must be named: over a local socket nothing is encrypted")
        }
        guard !host.contains(","), let port = Int(option("port") ?? "5432"), (1...65_535).contains(port) else {
            throw Self.refused("the password is made for one host and one port")
        }
        guard let user = option("user") else { throw Self.refused("a user must be named") }
        guard option("password") == nil else {
            throw Self.refused(
                "a password is set beside it (in the connection string, PGPASSWORD or a service): take it away")
        }
        target = PostgresTarget(host: host, port: port, user: user)
        // libpq reports `prefer` also where nothing was set.
        let isUnset = stated["sslmode"] == nil && (defaults["sslmode"] ?? "prefer") == "prefer"
        let mode = isUnset ? "verify-full" : option("sslmode") ?? ""
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
