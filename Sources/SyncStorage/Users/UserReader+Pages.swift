import Postgres

extension UserReader {
    /// Users by name: those behind a name, in the order of the column's own collation, which is that of its unique index.
    ///
    /// A name is the place where the next page begins, so rows that come or go in between move nobody from one page to another.
    /// Conditions have no index: rows are looked at until the page is full.
    /// - Parameters:
    ///   - userName: where the page before ended, whether there is such a user or not; nil for the first page.
    ///   - limit: users at most, at least 1.
    ///   - deadline: after which the search is stopped, in whole milliseconds.
    /// - Throws: ``UserTableError/tooSlow(_:)`` when it was stopped, and what the database throws.
    package nonisolated(nonsending) func page(
        of filter: UserFilter = UserFilter(), after userName: String?, limit: Int, deadline: Duration
    ) async throws -> [StoredUser] {
        let (statement, parameters) = Self.statement(filter, after: userName, limit: limit)
        let started = ContinuousClock.now
        do {
            return try await connection.transaction { connection in
                let milliseconds = max(1, deadline / .milliseconds(1))
                _ = try await connection.query(
                    "SELECT set_config('statement_timeout', $1, true)", [.text("\(Int64(milliseconds))")])
                return try await connection.query(statement, parameters).rows.map(Self.user)
            }
        } catch let error as PostgresError where error.wasStoppedByServer && started.duration(to: .now) >= deadline {
            throw UserTableError.tooSlow(deadline)
        }
    }

    /// The statement holds only the conditions that are meant, so that the planner sees which of them there are.
    static func statement(
        _ filter: UserFilter, after userName: String?, limit: Int
    ) -> (SQL, [PostgresValue]) {
        var parameters: [PostgresValue] = [.int8(Int64(limit))]
        // A row without a name is another program's, and no user of the source.
        var conditions: SQL = "user_name IS NOT NULL"
        if let userName {
            parameters.append(.text(userName))
            conditions = "\(conditions) AND user_name > \(parameter: parameters.count)::text"
        }
        if let deleted = filter.deleted {
            parameters.append(.bool(deleted))
            // Another program may have left it open; then nobody has marked the user.
            conditions = "\(conditions) AND coalesce(deleted, false) = \(parameter: parameters.count)"
        }
        if let changedSince = filter.changedSince {
            parameters.append(.timestamptz(microsecondsSinceUnixEpoch: changedSince))
            conditions = "\(conditions) AND updated_at >= \(parameter: parameters.count)"
        }
        if let syncID = filter.syncID {
            parameters.append(.int8(syncID))
            conditions = "\(conditions) AND sync_id = \(parameter: parameters.count)"
        }
        // Not the output column, which is a text: the index is on the table's.
        return ("SELECT \(columns) FROM users WHERE \(conditions) ORDER BY users.user_name LIMIT $1", parameters)
    }
}

extension PostgresError {
    /// By a time limit or an administrator: `query_canceled`. A task that was cancelled has a code of its own.
    fileprivate var wasStoppedByServer: Bool { code == .server && sqlState == "57014" }
}
