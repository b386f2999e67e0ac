import Postgres
package import SyncCore

/// Users whom the source no longer names: remembered in `sync_missing`, and marked as deleted when two complete streams missed them.
extension UserTable {
    /// Users in one statement.
    private static let namesPerStatement = 1000

    /// Stores what the complete stream said, with the names of those it missed, in one transaction.
    ///
    /// Done once per sync: repeated after a lost answer, it returns what is stored.
    /// - Parameters:
    ///   - filter: knows who was named; nil when nothing was compared.
    ///   - counters: what was compared.
    /// - Throws: ``SyncSessionError/endedElsewhere(syncID:)`` when the sync is not under way.
    package func store(
        _ verdict: SyncVerdict, _ filter: DeltaFilter?, counters: SyncCounters, syncID: Int64
    ) async throws -> SyncVerdict.Outcome {
        try await database.withConnection { writing in
            try await writing.transaction { writing in
                let stored = try await writing.query(MissingUserSQL.stored, [.int8(syncID)]).single()
                if let outcome = try Self.outcome(stored) { return outcome }
                guard try stored.bool("is_under_way") else { throw SyncSessionError.endedElsewhere(syncID: syncID) }
                let previous = try stored.int8("previous")
                if let filter {
                    switch verdict.remembered {
                    case .nobody: break
                    case .missing: try await remember(filter, syncID, previous, on: writing)
                    case .stillMissing: try await carryOver(filter, syncID, previous, on: writing)
                    }
                }
                _ = try await writing.query(MissingUserSQL.forgetOthers, [.int8(syncID)])
                let again = try await writing.query(MissingUserSQL.countAgain, [.int8(syncID)]).single().int("users")
                let outcome = verdict.outcome(toMark: again)
                try await Self.write(outcome, verdict, counters, syncID, on: writing)
                return outcome
            }
        }
    }

    /// Marks those as deleted whom the stream of this sync and the one before did not name, all or none, with their number in the sync's
    /// row. Who has changed since the stream was opened is left alone.
    /// - Throws: ``SyncSessionError/endedElsewhere(syncID:)``, and nobody is marked then.
    package func markMissedAgain(_ filter: DeltaFilter, syncID: Int64) async throws {
        // Read on one connection and written on another, so that the names need not be in memory at once.
        try await database.withConnection { writing in
            try await writing.transaction { writing in
                var marked = 0
                try await eachMissing(filter, MissingUserSQL.copyMissedAgain(extraFields)) { names in
                    marked += try await writing.query(
                        MissingUserSQL.softDelete, [.int8(syncID), .array(names)]
                    ).affectedRows
                }
                // Added, since a commit whose answer was lost is tried again and finds nobody left.
                let noted = try await writing.query(MissingUserSQL.noteMarked, [.int8(syncID), .int8(Int64(marked))])
                guard noted.affectedRows == 1 else { throw SyncSessionError.endedElsewhere(syncID: syncID) }
            }
        }
    }

    private nonisolated(nonsending) func remember(
        _ filter: DeltaFilter, _ syncID: Int64, _ previous: Int64, on writing: PostgresConnection
    ) async throws {
        guard filter.missingUsers > 0 else { return }
        try await eachMissing(filter, UserTableSQL.copy(extraFields)) { names in
            _ = try await writing.query(
                MissingUserSQL.remember, [.int8(syncID), .array(names), .int8(previous)])
        }
    }

    private nonisolated(nonsending) func carryOver(
        _ filter: DeltaFilter, _ syncID: Int64, _ previous: Int64, on writing: PostgresConnection
    ) async throws {
        var last = ""
        while true {
            let page = try await writing.query(MissingUserSQL.remembered, [.int8(previous), .text(last)]).rows
            guard let end = page.last else { return }
            last = try end.text("user_name")
            var names = PostgresArray(of: .text)
            for row in page {
                let name = try row.text("user_name")
                let bytes = Array(name.utf8)
                if bytes.withUnsafeBytes({ filter.isMissing(named: $0) }) { names.append(name) }
            }
            _ = try await writing.query(MissingUserSQL.carryOver, [.int8(syncID), .array(names)])
        }
    }

    /// Hands out the names of the missing users among some rows, as they were when the filter's index was loaded.
    private nonisolated(nonsending) func eachMissing(
        _ filter: DeltaFilter, _ copy: SQL, _ body: nonisolated(nonsending) (PostgresArray) async throws -> Void
    ) async throws {
        try await PostgresConnection.withConnection(database.configuration, logger: database.logger) { reading in
            var names = PostgresArray(of: .text)
            var count = 0
            var decoder = UserRowDecoder(extraFields)
            _ = try await reading.copyOut(copy) { chunk in
                try decoder.decode(chunk) { row in
                    guard filter.isMissing(row) else { return }
                    names.append(utf8: row.userName)
                    count += 1
                }
                guard count >= Self.namesPerStatement else { return }
                try await body(names)
                names = PostgresArray(of: .text)
                count = 0
            }
            if count > 0 { try await body(names) }
        }
    }

    private static func outcome(_ row: PostgresRow) throws -> SyncVerdict.Outcome? {
        switch try row.ifPresent("verdict", row.text) {
        case nil: nil
        case "mark": .mark(users: try row.int("missing_to_mark"))
        case "refuse": .refuse(reason: try row.ifPresent("verdict_reason", row.text) ?? "")
        default: .complete
        }
    }

    private nonisolated(nonsending) static func write(
        _ outcome: SyncVerdict.Outcome, _ verdict: SyncVerdict, _ counters: SyncCounters, _ syncID: Int64,
        on connection: PostgresConnection
    ) async throws {
        func number(_ value: Int?) -> PostgresValue { value.map { .int8(Int64($0)) } ?? .null }
        let (word, reason, toMark): (String, PostgresValue, Int) =
            switch outcome {
            case .complete: ("complete", .null, 0)
            case .mark(let users): ("mark", .null, users)
            case .refuse(let reason): ("refuse", .text(reason), 0)
            }
        let result = try await connection.query(
            MissingUserSQL.storeVerdict,
            [
                .int8(syncID), .text(word), reason, number(toMark), number(verdict.live),
                number(verdict.damagedRecords),
                .text(verdict.policy.action.rawValue), .int4(Int32(clamping: verdict.policy.maximumPercent)),
                number(verdict.missing), number(counters.skipped), number(counters.superseded),
                number(counters.newer), number(counters.newerByMinutes),
            ])
        guard result.affectedRows == 1 else { throw SyncSessionError.endedElsewhere(syncID: syncID) }
    }
}
