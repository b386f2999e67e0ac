import CLibpq

/// Many statements in one round trip.
extension PostgresSession {
    private enum Step {
        case prepare(StatementCache.Key, name: String)
        case execute
    }

    func pipeline(
        _ commands: [(PostgresStatement, [PostgresValue])]
    ) async throws(PostgresError) -> [PostgresResult] {
        guard !commands.isEmpty else { return [] }
        let keys = commands.map { StatementCache.Key($0.0, $0.1) }
        let operation = "pipeline \(commands[0].0.name)" + (commands.count > 1 ? " and \(commands.count - 1) more" : "")
        // Before the first is sent, since what is sent cannot be taken back.
        for command in commands { try BoundParameters.validate(command.1, operation: operation) }
        do throws(PostgresError) {
            return try await pipelineOnce(commands, keys, operation: operation)
        } catch  where SQLState.invalidatesPreparedStatement(error) {
            for key in keys { statements.forget(key) }
            guard !isInTransaction else { throw error }
            return try await pipelineOnce(commands, keys, operation: operation)
        }
    }

    private func pipelineOnce(
        _ commands: [(PostgresStatement, [PostgresValue])], _ keys: [StatementCache.Key], operation: String
    ) async throws(PostgresError) -> [PostgresResult] {
        try begin(operation)
        guard libpq.enterPipelineMode() else { throw sendFailure() }
        var steps: [Step] = []
        var fresh: [StatementCache.Key: String] = [:]
        for (command, key) in zip(commands, keys) {
            let name: String
            if let known = statements.name(of: key) ?? fresh[key] {
                name = known
            } else {
                name = statements.makeName(for: key)
                guard libpq.sendPrepare(name: name, sql: key.statement.sql.text, types: key.types) else {
                    throw sendFailure()
                }
                fresh[key] = name
                steps.append(.prepare(key, name: name))
            }
            guard BoundParameters.with(command.1, { libpq.sendPrepared(name: name, $0) }) else { throw sendFailure() }
            steps.append(.execute)
        }
        guard libpq.sendPipelineSync() else { throw sendFailure() }
        try await flush()
        return try await collectPipeline(steps, names: commands.map(\.0.name))
    }

    /// Reads to the sync point, whatever failed: after it the connection is as before the pipeline.
    private func collectPipeline(_ steps: [Step], names: [String]) async throws(PostgresError) -> [PostgresResult] {
        var results: [PostgresResult] = []
        results.reserveCapacity(names.count)
        var failure: PostgresError?
        var index = 0
        var consecutiveEnds = 0
        reading: while true {
            guard let result = try await nextResult() else {
                // The end of one command. libpq never gives two ends in a row before the sync point.
                consecutiveEnds += 1
                index += 1
                guard consecutiveEnds < 2 else { throw broken("the pipeline ended before its sync point") }
                continue
            }
            consecutiveEnds = 0
            switch result.status {
            case PGRES_PIPELINE_SYNC: break reading
            case PGRES_PIPELINE_ABORTED: break
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: throw broken("COPY is not possible in a pipeline")
            case _ where result.isError:
                let done = results.count
                let name = done < names.count ? names[done] : "commit"
                let error = try self.failure(result, at: name)
                failure = failure ?? error
            default:
                guard index < steps.count else { throw broken("more results than commands") }
                switch steps[index] {
                case .prepare(let key, let name): if !statements.isFull { statements.prepared(key, as: name) }
                case .execute: results.append(PostgresResult(result, operation: "execute \(names[results.count])"))
                }
            }
        }
        guard libpq.exitPipelineMode() else { throw broken("the pipeline could not be ended") }
        if let error = await settle(failure) { throw error }
        guard results.count == names.count else { throw broken("fewer results than commands") }
        return results
    }

    private func broken(_ message: String) -> PostgresError {
        close()
        return PostgresError(.protocolViolation, operation: operation, message: message)
    }
}
