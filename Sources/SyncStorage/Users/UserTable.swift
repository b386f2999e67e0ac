package import Logging
package import Postgres
package import SyncCore

/// The users table as a sync looks at it as a whole: what it held before, whether anyone else has touched it since, and who
/// is missing from the source.
///
/// Every operation takes a connection of its own, apart from the one that holds the sync's lock, and is tried again when
/// the connection breaks.
package struct UserTable: Sendable {
    private let configuration: PostgresConfiguration
    private let logger: Logger

    /// Tries of an operation whose connection breaks, with pauses of 0.25 s doubling up to 8 s between them.
    private static let attempts = 8
    /// Users in one statement that marks them as deleted.
    private static let namesPerStatement = 1000

    package init(_ configuration: PostgresConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Reads the whole table in one snapshot.
    /// - Parameter maximumUsers: with more rows than this, nothing is read.
    /// - Returns: nil when the table holds more than `maximumUsers`.
    package func snapshot(_ hasher: UserHasher, maximumUsers: Int) async throws -> UserTableSnapshot? {
        var index = UserIndex(expecting: 0)
        let moment = try await withConnection { connection in
            try await connection.transaction { connection -> UserTableSnapshot.Moment? in
                _ = try await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                let result = try await connection.query(UserTableSQL.moment)
                let moment = UserTableSnapshot.Moment(
                    rows: Int(try result.int8(row: 0, column: 0)),
                    oldestTransaction: try result.text(row: 0, column: 1))
                guard moment.rows <= maximumUsers else { return nil }
                index = UserIndex(expecting: moment.rows)
                try await scan(connection) { index.insert($0, hasher) }
                return moment
            }
        }
        guard let moment else { return nil }
        return UserTableSnapshot(moment: moment, index: index)
    }

    /// Whether every row version that is not this sync's own is from before the moment, and no row is gone.
    ///
    /// One pass over the table without its contents. "No" proves nothing: a transaction that was long under way then makes
    /// older versions look new, and rows may be touched that nobody relies on. Then the rows must be looked at.
    package func isUntouched(since moment: UserTableSnapshot.Moment, butBy syncID: Int64) async throws -> Bool {
        try await withConnection { connection in
            let result = try await connection.query(
                UserTableSQL.touched, [.int8(syncID), .text(moment.oldestTransaction)])
            let foreignVersions = try result.int8(row: 0, column: 0)
            let rows = try result.int8(row: 0, column: 1)
            let inserted = try result.int8(row: 0, column: 2)
            return foreignVersions == 0 && rows == Int64(moment.rows) + inserted
        }
    }

    /// Looks at every row that skipped records rely on.
    package func prove(_ filter: DeltaFilter) async throws -> DeltaProof {
        try await withConnection { connection in
            var proof = filter.beginProof()
            try await scan(connection) { filter.check($0, in: &proof) }
            return proof
        }
    }

    /// Marks the users that are missing from the source as deleted, all or none, with their number in the sync's row.
    /// - Parameter syncID: the sync that says so; it must be under way.
    /// - Throws: ``SyncSessionError/endedElsewhere(syncID:)``, and nothing is marked then.
    package func softDeleteMissing(_ filter: DeltaFilter, syncID: Int64) async throws {
        // Read on one connection and written on another, so that the names need not be in memory at once.
        try await withConnection { reading in
            try await withConnection { writing in
                try await writing.transaction { writing in
                    var marked = 0
                    var names = PostgresArray(of: .text)
                    var count = 0
                    var decoder = UserRowDecoder()
                    _ = try await reading.copyOut(UserTableSQL.copy) { chunk in
                        try decoder.decode(chunk) { row in
                            guard filter.isMissing(row) else { return }
                            names.append(utf8: row.userName)
                            count += 1
                        }
                        guard count >= Self.namesPerStatement else { return }
                        marked += try await Self.softDelete(names, syncID: syncID, on: writing)
                        names = PostgresArray(of: .text)
                        count = 0
                    }
                    if count > 0 { marked += try await Self.softDelete(names, syncID: syncID, on: writing) }
                    // Added, since a commit whose answer was lost is tried again and finds nobody left.
                    let noted = try await writing.query(
                        UserTableSQL.noteMissingDeleted, [.int8(syncID), .int8(Int64(marked))])
                    guard noted.affectedRows == 1 else { throw SyncSessionError.endedElsewhere(syncID: syncID) }
                }
            }
        }
    }

    private nonisolated(nonsending) static func softDelete(
        _ names: PostgresArray, syncID: Int64, on connection: PostgresConnection
    ) async throws -> Int {
        try await connection.query(UserTableSQL.softDelete, [.int8(syncID), .array(names)]).affectedRows
    }

    private nonisolated(nonsending) func scan(
        _ connection: PostgresConnection, _ body: (TableUser) throws -> Void
    ) async throws {
        var decoder = UserRowDecoder()
        _ = try await connection.copyOut(UserTableSQL.copy) { try decoder.decode($0, body) }
    }

    private nonisolated(nonsending) func withConnection<Result>(
        _ operation: nonisolated(nonsending) (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        var pause = Duration.milliseconds(250)
        for attempt in 1... {
            do {
                let connection = try await PostgresConnection.connect(configuration, logger: logger)
                do {
                    let result = try await operation(connection)
                    await connection.close()
                    return result
                } catch {
                    await connection.close()
                    throw error
                }
            } catch let error as PostgresError where error.isTransient && attempt < Self.attempts {
                logger.warning(
                    "reading the users table failed, trying again",
                    metadata: ["attempt": "\(attempt)", "error": "\(error)"])
                try await Task.sleep(for: pause * Double.random(in: 0.5...1))
                pause = min(pause * 2, .seconds(8))
            }
        }
        preconditionFailure("the loop over an endless range returns or throws")
    }
}
