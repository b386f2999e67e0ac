/// Reads a connection string as libpq does, and says what is wrong with one without showing any of it but a parameter's name.
enum ConnectionString {
    /// An option that libpq 16 introduced. Hosts are chosen here, so that it works with every libpq.
    static let loadBalanceHosts = "load_balance_hosts"

    /// The options that `text` states.
    /// - Throws: `PostgresError` with code `.invalidConfiguration`.
    static func stated(in text: String) throws(PostgresError) -> [String: String] {
        guard !text.utf8.contains(0) else { throw refused("it contains NUL") }
        // Never trimmed: a blank could belong to a password. In a URI it must be encoded, and a line feed is a mistake.
        let edges = [text.unicodeScalars.first, text.unicodeScalars.last].compactMap { $0 }
        if text.contains("://"),
            edges.contains(where: { $0.properties.isWhitespace }) || text.utf8.contains(where: { $0 < 0x20 })
        {
            throw refused("it has white space at its beginning or end, or a control character: remove it")
        }
        let parameters: ConnectionStringParameters
        if let uri = try uri(text) {
            parameters = ConnectionStringParameters(uri: uri)
        } else {
            // Without '=' libpq takes the whole text for the name of a database.
            guard text.contains("=") else { throw refused("it is neither a postgres:// URI nor keyword=value pairs") }
            parameters = ConnectionStringParameters(keywordsAndValues: text)
        }
        try check(parameters)
        guard var options = LibpqOptions.stated(in: parameters.text(without: loadBalanceHosts)) else {
            throw refused(unreadable(text))
        }
        if let value = parameters.value(of: loadBalanceHosts) { options[loadBalanceHosts] = value }
        return options
    }

    /// `text` if it is a URI that libpq reads as it was meant.
    private static func uri(_ text: String) throws(PostgresError) -> String? {
        let schemes = ["postgresql://", "postgres://"]
        guard let scheme = schemes.first(where: { text.hasPrefix($0) }) else {
            guard !text.contains("://") else { throw refused("a URI must begin with postgres:// or postgresql://") }
            return nil
        }
        // libpq ends user and password at the first @, unless a / comes before it, and takes the rest as it is. A password with one of
        // these two would be read as host, port or database.
        let start = text.index(text.startIndex, offsetBy: scheme.count)
        let places = text[ConnectionStringParameters.afterLogin(text, from: start)...].prefix { $0 != "?" }
        guard !places.contains("@") else {
            throw refused("@ and / in user or password must be percent-encoded, as %40 and %2F")
        }
        return text
    }

    private static func check(_ parameters: ConnectionStringParameters) throws(PostgresError) {
        let known = LibpqOptions.defaults().names.union([loadBalanceHosts])
        for (index, parameter) in parameters.all.enumerated() {
            let name = parameter.name
            guard !known.contains(name) else {
                guard parameter.value != nil else { throw refused("\(name) has no value") }
                continue
            }
            // What JDBC writes; libpq reads it as sslmode=require.
            if name == "ssl", parameter.value == "true", parameters.isURI { continue }
            // What follows a password may be the rest of it, cut off by a character that was not encoded.
            let followsPassword = index > 0 && parameters.all[index - 1].name.hasSuffix("password")
            guard let shown = followsPassword ? nil : shownName(name) else {
                throw refused(
                    "its parameter number \(index + 1) is none that libpq knows; reserved characters in values must be encoded or quoted"
                )
            }
            throw refused("libpq \(LibpqOptions.majorVersion) does not know the parameter \(shown): remove it")
        }
    }

    /// A name of letters that begins with a lower-case one. Anything else could be a password in the wrong place.
    private static func shownName(_ name: String) -> String? {
        let isLetter = { (byte: UInt8) in (0x61...0x7A).contains(byte | 0x20) || byte == 0x5F }
        guard let first = name.utf8.first, (0x61...0x7A).contains(first), name.utf8.count <= 40,
            name.utf8.allSatisfy(isLetter)
        else { return nil }
        return name
    }

    /// What libpq could not read: it says so by quoting the string, so this looks for the usual reasons itself.
    private static func unreadable(_ text: String) -> String {
        if text.contains("://"), text.contains("["), !text.contains("]") {
            return "an IPv6 address is not closed by ]"
        }
        if text.contains("://"), text.contains("%") {
            return
                "it cannot be read: a % in a URI must be followed by two hexadecimal digits, for example %25 for % itself"
        }
        return text.contains("://")
            ? "it cannot be read: expected postgresql://user:password@host:port/database?name=value"
            : "it cannot be read: expected keyword=value pairs, with values that hold blanks in closed single quotes"
    }

    static func refused(_ reason: String) -> PostgresError {
        PostgresError(
            .invalidConfiguration, operation: ConnectAttempt.operation,
            message: "the connection settings cannot be used: \(reason)")
    }
}
