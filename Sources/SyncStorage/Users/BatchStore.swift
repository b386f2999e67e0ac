package import Postgres
package import SyncCore

/// Applies batches to the `users` table, each exactly once in effect.
package struct BatchStore: Sendable {
    private let pool: PostgresPool
    private let fields: MessageFields

    /// - Parameters:
    ///   - pool: connections made with ``PostgresConfiguration/forBatches``.
    ///   - fields: knows the columns that messages may name; shared with the probe.
    package init(pool: PostgresPool, fields: MessageFields = MessageFields()) {
        self.pool = pool
        self.fields = fields
    }

    /// Applies one batch in one transaction with its ledger row. Users whom the database refuses are set aside, each with a row in
    /// `sync_refusals`, and the others are applied.
    /// - Throws: `PostgresError`, ``TooManyRefusals``, ``UnrecordedColumns``, or ``BatchRefusal`` for a batch that its sync has not sent; nothing was changed
    ///   then. A foreign key violation means that no such sync is known here.
    package func apply(_ batch: DecodedBatch) async throws -> BatchOutcome {
        let users = batch.latestPerUserName()
        return try await pool.withConnection { connection in
            let statement = try await fields.statement(for: batch.header.extraColumns, on: connection)
            do {
                return try await Self.apply(batch, users, with: statement, on: connection)
            } catch let error as PostgresError where error.constraint == "sync_batches_pkey" {
                return .alreadyApplied
            } catch {
                fields.doubt()
                throw error
            }
        }
    }

    /// One statement as a rule. Who is to blame is only found out once one has failed.
    private nonisolated(nonsending) static func apply(
        _ batch: DecodedBatch, _ users: [Int], with statement: UpsertStatement, on connection: PostgresConnection
    ) async throws -> BatchOutcome {
        let shortened = try await ShortenedUsers.find(in: batch, users, on: connection)
        guard shortened.isEmpty else {
            return try await applySettingAside(
                batch, users, with: statement, refusedBefore: shortened, on: connection)
        }
        // Should a hint be wrong, or another transaction have been faster, the second try finds the user in the table.
        for believingHints in [true, false] {
            do {
                if let counts = try await applyAtOnce(
                    batch, users, with: statement, believingHints: believingHints, on: connection)
                {
                    return .applied(counts)
                }
                return try await claim(batch, on: connection) ?? .overtaken
            } catch let error as PostgresError {
                guard error.needsEachUserChecked else { throw error }
                guard believingHints, error.isDoubleUser else { break }
            }
        }
        return try await applySettingAside(batch, users, with: statement, refusedBefore: [:], on: connection)
    }

    /// - Returns: nil when the gate let nothing through; ``claim(_:on:)`` says why.
    private nonisolated(nonsending) static func applyAtOnce(
        _ batch: DecodedBatch, _ users: [Int], with statement: UpsertStatement, believingHints: Bool,
        on connection: PostgresConnection
    ) async throws(PostgresError) -> BatchOutcome.Counts? {
        let result = try await connection.execute(
            statement.apply, parameters(batch, users, believingHints: believingHints))
        guard let row = result.rows.first else { return nil }
        return BatchOutcome.Counts(
            duplicates: try row.int("duplicates"), inserted: try row.int("inserted"), updated: try row.int("updated"),
            unchanged: try row.int("unchanged"), tiesLost: try row.int("ties_lost"))
    }

    /// Locks the sync's row for a batch, in a transaction, and says whether the batch may be applied.
    /// - Returns: nil when it may; what became of it otherwise.
    /// - Throws: ``BatchRefusal`` when its sync has not sent it, or is complete.
    nonisolated(nonsending) static func claim(
        _ batch: DecodedBatch, on connection: PostgresConnection
    ) async throws -> BatchOutcome? {
        let header = batch.header
        let row = try await connection.execute(UpsertStatement.claim, [.int8(header.syncID), .int8(header.number)])
            .single()
        if try row.bool("is_applied") { return .alreadyApplied }
        guard try row.bool("is_refused") else { return nil }
        if try row.bool("is_overtaken") { return .overtaken }
        throw BatchRefusal(syncID: header.syncID, number: header.number, isCompleted: try row.bool("is_completed"))
    }

    /// - Parameter believingHints: whether users that the sender presumes to be new are inserted without a look.
    static func parameters(
        _ batch: DecodedBatch, _ users: [Int], believingHints: Bool
    ) -> [PostgresValue] {
        let presumedNew = believingHints ? users.filter { batch.presumedNew[$0] } : []
        let lookedUp = believingHints ? users.filter { !batch.presumedNew[$0] } : users
        let header = batch.header
        let head: [PostgresValue] = [
            .int8(header.syncID), .int8(header.number), .int4(Int32(clamping: header.lane)),
            .int4(Int32(clamping: header.users)),
        ]
        return head + UserColumns(of: lookedUp, in: batch).parameters
            + UserColumns(of: presumedNew, in: batch).parameters
    }
}

extension PostgresError {
    /// Whether a user was inserted who is in the table, or one who has what another program's index allows only once.
    fileprivate var isDoubleUser: Bool { sqlState == "23505" && table == "users" }

    /// Whether the statement failed because of some of its users: the database refuses them, or took fewer rows than it was given.
    fileprivate var needsEachUserChecked: Bool { Refusal(self) != nil || constraint == "sync_batches_account_check" }
}
