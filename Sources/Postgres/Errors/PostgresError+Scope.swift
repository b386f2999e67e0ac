extension PostgresError {
    /// What a failure is about, and so what has to be done with the rows of the statement.
    ///
    /// The rule: our statements are constants, and only their parameters come from a message. So a failure that speaks of values,
    /// or of another program's constraint or trigger, is about a row. All that speaks of names, rights, syntax, states or resources
    /// is about the world, also where that is a defect of ours: then every batch would fail alike, and none is to blame.
    package enum Scope: String, Sendable, CaseIterable {
        /// One row of the statement was refused, or a few. Halving the rows finds them, and the others can be applied.
        case row
        /// The content of the batch as a whole was refused. Splitting it does not help, and neither does waiting.
        case batch
        /// Nothing that was sent is to blame. The same work may succeed later, with or without an operator's help.
        ///
        /// Should work keep failing while a statement with nothing of it succeeds, it is to blame all the same.
        case world
    }

    /// What the failure is about: ``SQLState/scopes`` for what the server reported, and the world for everything else but a
    /// parameter that cannot be sent.
    package var scope: Scope {
        switch code {
        case .server: sqlState.map(SQLState.scope) ?? .world
        case .invalidParameter: .row
        // While connecting, nothing has been sent. A lost connection, a timeout and a full pool say nothing about what was.
        case .connectFailed, .unknownHost, .connectTimedOut, .passwordUnavailable, .connectionLost,
            .commitOutcomeUnknown,
            .connectionClosed, .timedOut, .poolTimedOut, .outOfResources, .invalidConfiguration, .transactionPooling:
            .world
        // Ended by this process itself.
        case .cancelled, .poolClosed: .world
        // Defects of this program, or of what stands between it and the server: every batch meets them.
        case .transactionRolledBack, .invalidResultAccess, .misuse, .protocolViolation: .world
        }
    }

    /// The same for a statement that also writes tables of our own: what one of their constraints refuses is not about a row.
    ///
    /// - Parameter ownTables: tables that hold no row of the batch, for example a ledger.
    package func scope(ownTables: Set<String>) -> Scope {
        guard scope == .row, let table, ownTables.contains(table) else { return scope }
        return .batch
    }
}
