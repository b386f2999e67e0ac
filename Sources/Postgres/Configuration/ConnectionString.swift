import CLibpq

/// Checks a connection string before libpq sees it, since libpq's complaints quote it, password and all.
enum ConnectionString {
    private static let operation = "connect"

    /// The options in `text`, defaults and environment filled in where `text` is nil.
    static func options(_ text: String?) throws(PostgresError) -> [String: String] {
        guard let text else { return collect(PQconndefaults()) }
        try check(text)
        var complaint: UnsafeMutablePointer<CChar>?
        let parsed = PQconninfoParse(text, &complaint)
        defer { PQfreemem(complaint) }
        guard parsed != nil else {
            let reason = complaint.map { String(cString: $0) } ?? "out of memory"
            throw refused(SQLState.withoutQuotedText(ServerMessage.firstLine(reason) ?? "unreadable"))
        }
        return collect(parsed)
    }

    /// Refuses what libpq would take for something else, and then quote in an error about that.
    private static func check(_ text: String) throws(PostgresError) {
        guard !text.utf8.contains(0) else { throw refused("it contains NUL") }
        let schemes = ["postgresql://", "postgres://"]
        guard let scheme = schemes.first(where: { text.hasPrefix($0) }) else {
            guard !text.contains("://") else { throw refused("a URI must begin with postgres:// or postgresql://") }
            // Without '=' libpq takes the whole text for the name of a database.
            guard text.contains("=") else { throw refused("it is neither a postgres:// URI nor keyword=value pairs") }
            return
        }
        // A password with a reserved character would otherwise be read as host, port or database, and quoted.
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard rest.count(where: { $0 == "@" }) <= 1, authority.contains("@") || !rest.contains("@") else {
            throw refused("reserved characters in user or password must be percent-encoded, for example @ as %40")
        }
    }

    private static func refused(_ reason: String) -> PostgresError {
        PostgresError(
            .invalidConfiguration, operation: operation, message: "the connection string cannot be used: \(reason)")
    }

    private static func collect(_ options: UnsafeMutablePointer<PQconninfoOption>?) -> [String: String] {
        var found: [String: String] = [:]
        var option = options
        while let current = option, let keyword = current.pointee.keyword {
            if let value = current.pointee.val { found[String(cString: keyword)] = String(cString: value) }
            option = current + 1
        }
        PQconninfoFree(options)
        return found
    }
}
