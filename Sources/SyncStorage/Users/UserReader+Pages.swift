import Postgres
import SyncCore

extension UserReader {
    /// One page of users, ordered by the name column's own collation, which its unique index has.
    ///
    /// A page begins after a name (keyset), so inserts and deletes move no user to another page. The filter has no index: rows are
    /// scanned until the page is full.
    /// - Parameters:
    ///   - userName: the last name of the previous page, or any text; nil for the first page.
    ///   - limit: most users of the page, at least 1.
    ///   - deadline: the statement timeout, in whole milliseconds.
    /// - Throws: ``UserTableError/tooSlow(_:)`` after the deadline, ``UserTableError/unwritableName``, or `PostgresError`.
    package nonisolated(nonsending) func page(
        of filter: UserFilter = UserFilter(), after userName: String?, limit: Int, deadline: Duration
    ) async throws -> [StoredUser] {
        let (statement, parameters) = Self.statement(filter, extraFields, after: userName, limit: limit)
        let started = ContinuousClock.now
        do {
            return try await connection.transaction { connection in
                let milliseconds = max(1, deadline / .milliseconds(1))
                _ = try await connection.query(
                    "SELECT set_config('statement_timeout', $1, true)", [.text("\(Int64(milliseconds))")])
                return try await connection.query(statement, parameters).rows.map(user)
            }
        } catch let error as PostgresError where error.wasStoppedByServer && started.duration(to: .now) >= deadline {
            throw UserTableError.tooSlow(deadline)
        } catch let error as PostgresError where userName != nil && error.meansUnwritable {
            throw UserTableError.unwritableName
        }
    }

    /// The statement holds only the conditions that are set, so that the planner can use them.
    static func statement(
        _ filter: UserFilter, _ extraFields: ExtraFields = .none, after userName: String?, limit: Int
    ) -> (SQL, [PostgresValue]) {
        var parameters: [PostgresValue] = [.int8(Int64(limit))]
        // A row without a name belongs to another program.
        var conditions: SQL = "user_name IS NOT NULL"
        if let userName {
            parameters.append(.text(userName))
            conditions = "\(conditions) AND user_name > \(parameter: parameters.count)::text"
        }
        if let deleted = filter.deleted {
            parameters.append(.bool(deleted))
            // Another program may have written NULL, which means not deleted.
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
        // `users.user_name` and not the output column, which is cast to text and has no index.
        return (
            "SELECT \(columns(extraFields)) FROM users WHERE \(conditions) ORDER BY users.user_name LIMIT $1",
            parameters
        )
    }
}

extension PostgresError {
    /// `query_canceled`, by a timeout or an administrator. Task cancellation has its own code.
    fileprivate var wasStoppedByServer: Bool { code == .server && sqlState == "57014" }

    /// `untranslatable_character` or `character_not_in_repertoire`: a parameter cannot be written in the database's encoding.
    var meansUnwritable: Bool { code == .server && (sqlState == "22P05" || sqlState == "22021") }
}
