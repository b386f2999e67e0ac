extension PostgresError: CustomStringConvertible {
    /// What was tried, what happened, what to do next: one line, without user data or secrets.
    package var description: String {
        var text = "PostgreSQL \(operation): \(message)"
        var facts: [String] = []
        if let sqlState { facts.append("SQLSTATE \(sqlState)") } else { facts.append(code.rawValue) }
        if let constraint { facts.append("constraint \(constraint)") }
        if let table { facts.append("table \(table)") }
        if let column { facts.append("column \(column)") }
        text += " (\(facts.joined(separator: ", ")))"
        if let advice { text += ". \(advice)" }
        return text
    }

    /// What the reader can do about it, where that can be said in general.
    package var advice: String? {
        if let readOnlyCause { return readOnlyCause.advice }
        if let sqlState, let advice = SQLState.advice(sqlState) { return advice }
        switch code {
        case .connectFailed: return "Check that the server runs, and host, port and TLS in the connection settings"
        case .unknownHost: return "Correct the host in the connection settings, or look at the name service"
        case .connectTimedOut: return "Check host, port and firewall: nothing answered"
        case .connectionLost: return "Try again on a new connection; uncommitted work was rolled back"
        case .commitOutcomeUnknown: return "Check whether the work is there before doing it again"
        case .transactionRolledBack: return "Look for the earlier error inside the transaction"
        case .connectionClosed: return "Take a new connection from the pool"
        case .timedOut: return "Look for locks and load on the server"
        case .poolTimedOut: return "Raise the pool's size or find what holds its connections"
        case .outOfResources: return "Check memory and the limits on descriptors and threads (ulimit)"
        case .passwordUnavailable: return "Check the source of the credentials that passwords are made with"
        case .transactionPooling:
            return
                "Connect to the server itself, or set pool_mode=session for this database in the pooler: locks, settings and prepared statements need a session"
        case .server, .cancelled, .poolClosed, .invalidConfiguration, .invalidParameter, .invalidResultAccess, .misuse,
            .protocolViolation:
            return nil
        }
    }
}
