import CLibpq

/// Single statements.
extension PostgresSession {
    /// Runs one statement that is not kept prepared.
    func query(
        _ sql: SQL, _ parameters: [PostgresValue], operation: String, isShielded: Bool = false
    ) async throws(PostgresError) -> PostgresResult {
        try begin(operation, isShielded: isShielded)
        try BoundParameters.validate(parameters, operation: operation)
        guard BoundParameters.with(parameters, { libpq.sendQuery(sql.text, $0) }) else { throw sendFailure() }
        return try await finishStatement()
    }

    /// Runs one or more statements without parameters and without results; several are one transaction.
    func script(_ sql: SQL, operation: String) async throws(PostgresError) {
        try begin(operation)
        guard !sql.text.utf8.contains(0) else {
            throw PostgresError(.invalidParameter, operation: operation, message: "the script contains NUL")
        }
        guard libpq.sendScript(sql.text) else { throw sendFailure() }
        _ = try await finishStatement()
    }

    /// Runs a prepared statement, and prepares it first where this connection has not yet.
    func execute(
        _ statement: PostgresStatement, _ parameters: [PostgresValue]
    ) async throws(PostgresError) -> PostgresResult {
        let operation = "execute \(statement.name)"
        let key = StatementCache.Key(statement, parameters)
        do throws(PostgresError) {
            return try await executeOnce(key, parameters, operation: operation)
        } catch  where SQLState.invalidatesPreparedStatement(error) {
            statements.forget(key)
            // Inside a transaction the error has ended it, so trying again would only hide the reason.
            guard !isInTransaction else { throw error }
            return try await executeOnce(key, parameters, operation: operation)
        }
    }

    private func executeOnce(
        _ key: StatementCache.Key, _ parameters: [PostgresValue], operation: String
    ) async throws(PostgresError) -> PostgresResult {
        try begin(operation)
        try BoundParameters.validate(parameters, operation: operation)
        guard let name = try await prepare(key) else {
            return try await query(key.statement.sql, parameters, operation: operation)
        }
        guard BoundParameters.with(parameters, { libpq.sendPrepared(name: name, $0) }) else { throw sendFailure() }
        return try await finishStatement()
    }

    /// The name under which the statement is prepared; nil when too many are.
    private func prepare(_ key: StatementCache.Key) async throws(PostgresError) -> String? {
        if let name = statements.name(of: key) { return name }
        guard !statements.isFull else { return nil }
        let name = statements.makeName(for: key)
        guard libpq.sendPrepare(name: name, sql: key.statement.sql.text, types: key.types) else { throw sendFailure() }
        _ = try await finishStatement()
        statements.prepared(key, as: name)
        return name
    }

    /// Sends what is queued and collects results to the end, also after an error, so that the connection stays usable.
    func finishStatement() async throws(PostgresError) -> PostgresResult {
        try await flush()
        return try await collectResults()
    }

    /// Collects results to the end and returns the last, or throws the first error.
    func collectResults() async throws(PostgresError) -> PostgresResult {
        var last: LibpqResult?
        var failure: PostgresError?
        while let result = try await nextResult() {
            switch result.status {
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                failure =
                    failure
                    ?? PostgresError(
                        .misuse, operation: operation, message: "COPY needs copyIn or copyOut")
                try await refuseCopy(result.status)
            case _ where result.isError:
                let error = try self.failure(result)
                failure = failure ?? error
            default: last = result
            }
        }
        if let error = await settle(failure) { throw error }
        guard let last else {
            close()
            throw PostgresError(.protocolViolation, operation: operation, message: "the server sent no result")
        }
        return PostgresResult(last, operation: operation)
    }

    private func refuseCopy(_ status: ExecStatusType) async throws(PostgresError) {
        switch status {
        case PGRES_COPY_IN: try await sendCopyEnd(failure: "refused by the client")
        case PGRES_COPY_OUT:
            isCopyOutComplete = false
            try await discardCopyOut()
        default:
            close()
            throw PostgresError(.misuse, operation: operation, message: "replication is not supported")
        }
    }
}
