/// The keyword and value pairs that libpq connects with.
struct ConnectionParameters: Sendable {
    let pairs: [(keyword: String, value: String)]

    /// libpq lets a later pair win over an earlier one, and expands the connection string where `dbname` stands. So what
    /// comes before it is a default, and what comes after it is fixed.
    init(
        _ configuration: PostgresConfiguration, login: EncryptedLogin? = nil, password: String? = nil
    ) throws(PostgresError) {
        // Only for its checks: libpq parses the string itself.
        _ = try ConnectionString.options(configuration.connectionString)
        var pairs: [(String, String)] = [
            // A peer that vanished without a word is noticed in about a minute, also with no statement timeout.
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "60000"),
        ]
        if let connectionString = configuration.connectionString { pairs.append(("dbname", connectionString)) }
        pairs.append(("fallback_application_name", configuration.applicationName))
        pairs.append(("client_encoding", "UTF8"))
        if let login {
            // Without GSSAPI, whose encryption would take the place of TLS and of its checks.
            pairs += [("sslmode", login.sslMode), ("gssencmode", "disable")]
        }
        if let password { pairs.append(("password", password)) }
        self.pairs = pairs.map { (keyword: $0.0, value: $0.1) }
    }

    /// Calls `body` with two null-terminated arrays of C strings.
    func withCArrays<R>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> R
    ) -> R {
        let keywords = pairs.map { Array($0.keyword.utf8CString) }
        let values = pairs.map { Array($0.value.utf8CString) }
        return Self.withPointers(keywords[...], []) { keywords in
            Self.withPointers(values[...], []) { values in body(keywords, values) }
        }
    }

    private static func withPointers<R>(
        _ rest: ArraySlice<[CChar]>, _ found: [UnsafePointer<CChar>?],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R
    ) -> R {
        guard let first = rest.first else { return body(found + [nil]) }
        return first.withUnsafeBufferPointer { withPointers(rest.dropFirst(), found + [$0.baseAddress], body) }
    }
}
