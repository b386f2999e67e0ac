import Postgres
import SyncCore

/// Applying a batch in parts, so that a user whom the database refuses costs nobody else.
extension BatchStore {
    /// Longest time in all. A newer sync waits for the batches under way of older ones, and longer than this.
    private static let longest = Duration.seconds(60)

    /// - Parameter refusedBefore: users that are refused without asking the database, by their index in `users`.
    nonisolated(nonsending) static func applySettingAside(
        _ batch: DecodedBatch, _ users: [Int], with statement: UpsertStatement, refusedBefore: [Int: Refusal],
        on connection: PostgresConnection
    ) async throws -> BatchOutcome {
        try await connection.transaction { connection in
            let identity: [PostgresValue] = [.int8(batch.header.syncID), .int8(batch.header.number)]
            if let outcome = try await claim(batch, on: connection) { return outcome }
            // What another program has deferred to the end would be found out too late.
            _ = try await connection.query("SET CONSTRAINTS ALL IMMEDIATE")

            var counts = BatchOutcome.Counts(
                duplicates: batch.header.users - users.count, inserted: 0, updated: 0, unchanged: 0)
            var newlyDeleted = 0
            var search = RefusalSearch(users: users.count)
            let deadline = ContinuousClock.now + longest
            while let part = search.next() {
                guard ContinuousClock.now < deadline else {
                    throw PostgresError(
                        .timedOut, operation: "set refused users aside", message: "not done after \(longest)")
                }
                if let refusal = part.lazy.compactMap({ refusedBefore[$0] }).first {
                    try search.refused(part, refusal)
                    continue
                }
                switch try await applyPart(batch, Array(users[part]), with: statement, on: connection) {
                case .failure(let refusal):
                    try search.refused(part, refusal)
                case .success(let row):
                    counts.inserted += try row.int("inserted")
                    counts.updated += try row.int("updated")
                    counts.unchanged += try row.int("unchanged")
                    counts.tiesLost += try row.int("ties_lost")
                    newlyDeleted += try row.int("newly_deleted")
                }
            }
            counts.refused = search.refusals.count
            try await record(search.refusals, of: batch, users, identity, on: connection)
            _ = try await connection.execute(
                UpsertStatement.enterIntoLedger,
                identity + [.int4(Int32(clamping: batch.header.lane))]
                    + [
                        batch.header.users, counts.duplicates, counts.inserted, counts.updated, counts.unchanged,
                        newlyDeleted, counts.refused, counts.tiesLost,
                    ].map { .int8(Int64($0)) })
            return .applied(counts)
        }
    }

    private enum PartOutcome {
        case success(PostgresRow)
        case failure(Refusal)
    }

    /// Applies some users, all or none.
    private nonisolated(nonsending) static func applyPart(
        _ batch: DecodedBatch, _ users: [Int], with statement: UpsertStatement, on connection: PostgresConnection
    ) async throws -> PartOutcome {
        _ = try await connection.query("SAVEPOINT part")
        let refusal: Refusal
        do {
            let row = try await connection.execute(
                statement.applyPart, parameters(batch, users, believingHints: false)
            ).single()
            let written = try row.int("inserted") + row.int("updated") + row.int("unchanged")
            if written == users.count {
                _ = try await connection.query("RELEASE SAVEPOINT part")
                return .success(row)
            }
            refusal = .suppressed
        } catch {
            guard let known = Refusal(error) else { throw error }
            refusal = known
        }
        _ = try await connection.query("ROLLBACK TO SAVEPOINT part")
        return .failure(refusal)
    }

    private nonisolated(nonsending) static func record(
        _ refusals: [Int: Refusal], of batch: DecodedBatch, _ users: [Int], _ identity: [PostgresValue],
        on connection: PostgresConnection
    ) async throws {
        guard !refusals.isEmpty else { return }
        var names = PostgresArray(of: .text)
        var states = PostgresArray(of: .text)
        var constraints = PostgresArray(of: .text)
        var messages = PostgresArray(of: .text)
        for (place, refusal) in refusals.sorted(by: { $0.key < $1.key }) {
            let name = batch.withUserName(at: users[place]) { String(decoding: $0, as: UTF8.self) }
            names.append(refusal.isUntranslatable ? name.escapedToASCII : name)
            states.append(refusal.sqlState)
            constraints.append(refusal.constraint ?? "")
            messages.append(refusal.message.escapedToASCII)
        }
        _ = try await connection.execute(
            UpsertStatement.enterRefusals,
            identity + [.array(names), .array(states), .array(constraints), .array(messages)])
    }
}
