package import Logging
package import Postgres
package import SyncCore

/// The users table as a sync looks at it as a whole: what it held before, whether anyone else has touched it since, and who
/// is missing from the source.
///
/// Every operation takes a connection of its own, apart from the one that holds the sync's lock, and is tried again while
/// the database is away.
package struct UserTable: Sendable {
    let database: PatientDatabase
    /// What is compared beyond the five fields.
    let extraFields: ExtraFields

    /// - Parameters:
    ///   - extraFields: what is compared beyond the five fields.
    ///   - patience: for how long the database may be away, in each operation.
    package init(
        _ configuration: PostgresConfiguration, extraFields: ExtraFields = .none, patience: Patience = Patience(),
        logger: Logger
    ) {
        self.extraFields = extraFields
        database = PatientDatabase(configuration.forLocks, patience: patience, logger: logger)
    }

    /// Microseconds per step of the column that holds `createdAt`. Looks into the catalog.
    package func versionUnit() async throws -> Int64 {
        try await withConnection { connection in
            let table = try await ExistingTable.read(TableRequirement.users.table, on: connection)
            return StoredTime.unit(digits: table?.column(UserField.createdAt.column)?.modifier)
        }
    }

    /// Reads the whole table in one snapshot.
    /// - Parameter place: where the index goes.
    /// - Throws: `IndexPlaceError` when it has no room for the index; then no row is read.
    package func snapshot(_ hasher: UserHasher, in place: IndexFolder) async throws -> UserTableSnapshot {
        var index = UserIndex(expecting: 0)
        let moment = try await withConnection { connection in
            // What a try before this one has read goes first: a disk may not hold both.
            index = UserIndex(expecting: 0)
            return try await connection.transaction { connection -> UserTableSnapshot.Moment in
                _ = try await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                let result = try await connection.query(UserTableSQL.moment)
                let moment = UserTableSnapshot.Moment(
                    rows: Int(try result.int8(row: 0, column: 0)),
                    oldestTransaction: try result.text(row: 0, column: 1))
                index = try await place.index(expecting: moment.rows)
                try await scan(connection) { try index.insert($0, hasher) }
                return moment
            }
        }
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

    private nonisolated(nonsending) func scan(
        _ connection: PostgresConnection, _ body: (TableUser) throws -> Void
    ) async throws {
        var decoder = UserRowDecoder(extraFields)
        _ = try await connection.copyOut(UserTableSQL.copy(extraFields)) { try decoder.decode($0, body) }
    }

    private nonisolated(nonsending) func withConnection<Result>(
        _ operation: nonisolated(nonsending) (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        try await database.withConnection(operation)
    }
}
