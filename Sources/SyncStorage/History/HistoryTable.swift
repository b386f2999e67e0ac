package import Postgres
import SyncCore

/// The ledger, the rejects, the refusals and the failures of old syncs: finds what may go, and deletes it in small steps.
package struct HistoryTable: HistoryRecord {
    private let connection: PostgresConnection

    package init(connection: PostgresConnection) {
        self.connection = connection
    }

    package func ended(forDays days: Int, after: Int64, limit: Int) async throws -> [Int64] {
        try await connection.query(HistorySQL.next, Self.ages(days) + [.int8(after), .int8(Int64(limit))])
            .rows.map { try $0.int8("id") }
    }

    package func hasNewer(than syncID: Int64) async throws -> Bool {
        try await connection.query(HistorySQL.hasNewer, [.int8(syncID)]).single().bool("has_newer")
    }

    package func delete(_ part: HistoryPart, of syncIDs: [Int64], limit: Int) async throws -> Int {
        var ids = PostgresArray(of: .int8, capacity: syncIDs.count)
        for id in syncIDs { ids.append(id) }
        // On its own, so each step is a transaction: no lock is held from one to the next.
        return try await connection.query(HistorySQL.delete(part), [.array(ids), .int8(Int64(limit))]).affectedRows
    }

    /// What ``HistoryPruner`` would delete now; changes nothing.
    /// - Parameter days: history of a sync ends as many days after the sync; 0: never.
    package func count(days: Int) async throws -> PrunedHistory {
        var found = PrunedHistory()
        guard days > 0 else { return found }
        let row = try await connection.query(HistorySQL.count, Self.ages(days)).single()
        for part in HistoryPart.allCases { found[part] = try row.int(part.rawValue) }
        if let first = try row.ifPresent("first", row.int8), let last = try row.ifPresent("last", row.int8) {
            found.add(try row.int("syncs"), from: first, to: last)
        }
        return found
    }

    private static func ages(_ days: Int) -> [PostgresValue] {
        [.int4(Int32(clamping: days)), .int4(Int32(clamping: MessageLifetime.days))]
    }
}
