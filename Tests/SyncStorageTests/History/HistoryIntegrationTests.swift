import Postgres
import SyncCore
import TestSupport
import Testing

@testable import SyncStorage

/// What of a database's history goes, and what stays.
@Suite("History that ends", .serialized)
struct HistoryIntegrationTests {
    /// A sync of long ago, with one row in each table.
    struct Case: Sendable, CustomStringConvertible {
        var name: String
        var status = "COMPLETED"
        /// Days since it ended.
        var endedDays = 100.0
        /// Days since the sync ended that overtook it; nil: none has.
        var overtakenDays: Double? = 99
        /// Days since a failure was recorded.
        var failedDays = 100.0
        var hasFinished = true
        var days = 90
        let goes: Bool

        var description: String { name }
    }

    static let cases: [Case] = [
        Case(name: "old, completed, overtaken", goes: true),
        Case(name: "old, failed, overtaken", status: "FAILED", goes: true),
        Case(name: "a row of an earlier service, without the time of its end", hasFinished: false, goes: true),
        Case(name: "one day too young", endedDays: 89, overtakenDays: 88, failedDays: 89, goes: false),
        Case(name: "just old enough", endedDays: 90.1, overtakenDays: 90, goes: true),
        Case(name: "not overtaken, completed", overtakenDays: nil, goes: false),
        Case(
            name: "not overtaken, failed: a redrive may complete it", status: "FAILED", overtakenDays: nil, goes: false),
        Case(name: "running", status: "RUNNING", goes: false),
        Case(name: "processing", status: "PROCESSING", goes: false),
        Case(name: "pending", status: "PENDING", goes: false),
        Case(name: "overtaken so late that a message of it may exist", overtakenDays: 17, goes: false),
        Case(name: "overtaken just long enough ago", overtakenDays: 18.1, goes: true),
        Case(name: "a failure was recorded so late that its dead letter may exist", failedDays: 17, goes: false),
        Case(name: "0 keeps all", endedDays: 5000, overtakenDays: 4999, failedDays: 5000, days: 0, goes: false),
        Case(
            name: "the shortest history, young", endedDays: 17.9, overtakenDays: 17.8, failedDays: 17.9, days: 18,
            goes: false),
        Case(
            name: "the shortest history, old", endedDays: 18.2, overtakenDays: 18.1, failedDays: 18.2, days: 18,
            goes: true),
        Case(name: "a longer history than the default", days: 101, goes: false),
    ]

    @Test(
        "what stays and what goes; the row of the sync always stays; a dry run says the same and changes nothing",
        arguments: cases)
    func matrix(_ test: Case) async throws {
        try await withDatabase { database in
            let connection = database.connection
            // Sync 1 is under test. Sync 2 is the one that began next, and 3 is the newest, begun now and not yet reading.
            _ = try await connection.query("DELETE FROM sync_logs")
            try await database.insert(1, test.status, endedDays: test.endedDays, hasFinished: test.hasFinished)
            try await database.insert(2, "FAILED", endedDays: test.overtakenDays ?? 1)
            try await database.insert(3, "RUNNING", endedDays: 0)
            if test.overtakenDays != nil {
                _ = try await connection.query("UPDATE sync_logs SET overtaken_by = 2 WHERE id = 1")
            }
            for sync: Int64 in [1, 2, 3] { try await database.insertHistory(sync, failedDays: test.failedDays) }

            let table = HistoryTable(connection: connection)
            let foretold = try await table.count(days: test.days)
            #expect(try await database.historyRows() == [1: 5, 2: 5, 3: 5], "a dry run deletes nothing")
            let pruned = try await HistoryPruner(table, days: test.days).run()
            #expect(pruned == foretold)
            #expect(pruned.syncs == (test.goes ? 1 : 0) && pruned.total == (test.goes ? 5 : 0))
            #expect(try await database.historyRows() == (test.goes ? [2: 5, 3: 5] : [1: 5, 2: 5, 3: 5]))
            #expect(try await connection.query("SELECT FROM sync_logs").rows.count == 3)
        }
    }

    @Test("the newest sync stays, however old, and so does every sync that no newer one has overtaken")
    func newest() async throws {
        try await withDatabase { database in
            _ = try await database.connection.query("DELETE FROM sync_logs")
            for sync: Int64 in 1...4 {
                try await database.insert(sync, "COMPLETED", endedDays: 1000 - Double(sync))
                try await database.insertHistory(sync, failedDays: 1000)
            }
            // The row of the newest says that it is overtaken, as a hand could write it.
            _ = try await database.connection.query("UPDATE sync_logs SET overtaken_by = id + 1 WHERE id IN (1, 2, 4)")
            let pruned = try await HistoryPruner(HistoryTable(connection: database.connection), days: 18).run()
            #expect(pruned.first == 1 && pruned.last == 2 && pruned.syncs == 2)
            #expect(try await database.historyRows() == [3: 5, 4: 5])
        }
    }

    @Test("a sync whose ledger has gone is completed by nothing, is not called unfinished, and takes no batch")
    func readers() async throws {
        try await withDatabase { database in
            let connection = database.connection
            _ = try await connection.query("DELETE FROM sync_logs")
            try await database.insert(1, "FAILED", endedDays: 100)
            try await database.insert(2, "COMPLETED", endedDays: 99)
            try await database.insert(3, "COMPLETED", endedDays: 98)
            // Sync 1 lacked one batch of two and sent as many users as the ledger holds; sync 2 is complete.
            _ = try await connection.query(
                """
                UPDATE sync_logs SET lacks_batches = (id = 1), verdict = 'complete', stream_completed_at = started_at,
                    batches_sent = 2, users_sent = 2, batches_reserved = 2, rejected = 1, refused = 1,
                    batches_applied = CASE WHEN id = 1 THEN 1 ELSE 2 END, overtaken_by = CASE WHEN id < 3 THEN id + 1 END
                """)
            // Of sync 1 a stream without any batch would be "complete" with an empty ledger: that it is overtaken decides.
            _ = try await connection.query("UPDATE sync_logs SET batches_sent = 0, users_sent = 0 WHERE id = 1")
            for sync: Int64 in 1...3 { try await database.insertHistory(sync, failedDays: 100) }
            let reader = SyncLogReader(connection: connection)
            let before = try await reader.history(limit: 10)
            let facts = try await SyncFacts.read(connection)
            let pruned = try await HistoryPruner(HistoryTable(connection: connection), days: 90).run()
            #expect(pruned.syncs == 2)

            // status, history, report and the last completed sync read the row alone.
            #expect(try await reader.history(limit: 10) == before)
            for entry in before { #expect(try await reader.sync(entry.id) == entry) }
            #expect(try await SyncFacts.read(connection).lastCompleted == facts.lastCompleted)
            // A redrive completes neither, and waits for neither.
            let syncs = SyncLogTable(connection: connection)
            for id: Int64 in [1, 2] { #expect(try await !syncs.complete(id)) }
            #expect(try await syncs.awaitingBatches(among: [1, 2]).isEmpty)
            #expect(try await syncs.completed(among: [1, 2]) == [2])
            #expect(try await syncs.newestAwaitingBatches() == nil)
            #expect(try await BatchFailureTable(connection: connection).outstanding(of: 1).isEmpty)
            // A message that comes all the same is dropped, with and without its ledger row, and writes nothing.
            let ana = TestUser(name: "ana", id: 1, email: "e", createdAt: 1, deleted: false)
            for id: Int64 in [1, 2] {
                #expect(try await database.store.apply(try batch(id, 1, [ana])) == .overtaken)
            }
            #expect(try await database.users().isEmpty)
            #expect(try await reader.rejects(of: 2, limit: 10).isEmpty)
            #expect(try await reader.history(limit: 10) == before)
        }
    }

    @Test("the rule of two complete syncs, and the names of missing users, do not depend on the ledger")
    func missingUsers() async throws {
        try await withDatabase { database in
            let connection = database.connection
            _ = try await connection.query("DELETE FROM sync_logs")
            try await database.insert(1, "COMPLETED", endedDays: 100)
            try await database.insert(2, "COMPLETED", endedDays: 99)
            _ = try await connection.query(
                """
                UPDATE sync_logs SET verdict = 'complete', overtaken_by = CASE WHEN id = 1 THEN 2 END;
                """)
            _ = try await connection.query("INSERT INTO sync_missing VALUES (2, 'gone', false)")
            for sync: Int64 in 1...2 { try await database.insertHistory(sync, failedDays: 100) }
            _ = try await HistoryPruner(HistoryTable(connection: connection), days: 18).run()
            try await database.insert(3, "RUNNING", endedDays: 0)
            let stored = try await connection.query(MissingUserSQL.stored, [.int8(3)]).single()
            #expect(try stored.int8("previous") == 2)
            #expect(try await connection.query("SELECT FROM sync_missing WHERE sync_id = 2").rows.count == 1)
        }
    }

    @Test(
        "interrupted in the middle, with a table failing, it goes on the next time; no lock and no part of a step is left"
    )
    func interrupted() async throws {
        try await withDatabase { database in
            let connection = database.connection
            try await database.fill(syncs: 150, batches: 100)
            // The last rows of the ledger to go cannot.
            _ = try await connection.executeScript(
                """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
                CREATE TRIGGER refuse BEFORE DELETE ON sync_batches FOR EACH ROW WHEN (OLD.sync_id = 120)
                    EXECUTE FUNCTION refuse();
                """)
            let pruner = HistoryPruner(HistoryTable(connection: connection), days: 90)
            await #expect(throws: PostgresError.self) { try await pruner.run() }
            let left = try await connection.query("SELECT DISTINCT sync_id FROM sync_batches ORDER BY 1").rows
            let first = try #require(left.first).int8("sync_id")
            #expect(first > 100 && first <= 120)
            try await connection.executeScript("DROP TRIGGER refuse ON sync_batches")
            let rest = try await pruner.run()
            #expect(rest.isComplete && rest.last == 150)
            #expect(try await database.historyRows().keys.sorted() == [151])
        }
    }

    @Test("two at once delete each row once, and neither fails")
    func twoAtOnce() async throws {
        try await withDatabase { database in
            try await database.fill(syncs: 300, batches: 20)
            let other = try await PostgresConnection.connect(database.configuration, logger: silent)
            async let first = HistoryPruner(HistoryTable(connection: database.connection), days: 90).run()
            async let second = HistoryPruner(HistoryTable(connection: other), days: 90).run()
            let (one, two) = try await (first, second)
            #expect(one[.ledger] + two[.ledger] == 300 * 20)
            await other.close()
        }
    }

    /// Seven years with a sync every six hours. The figures are in docs/database.md.
    @Test("10 000 syncs of history are pruned in steps, and what people ask stays fast meanwhile")
    func years() async throws {
        try await withDatabase { database in
            try await database.fill(syncs: 10_000, batches: 20)
            let clock = ContinuousClock()
            let other = try await PostgresConnection.connect(database.configuration, logger: silent)
            let reader = SyncLogReader(connection: other)
            let asking = Task {
                var slowest = Duration.zero
                while !Task.isCancelled {
                    do {
                        let time = try await clock.measure {
                            _ = try await reader.sync()
                            _ = try await reader.history(limit: 20)
                        }
                        slowest = max(slowest, time)
                    } catch  where Task.isCancelled {
                        // The end came in the middle of a question.
                    }
                    try? await Task.sleep(for: .milliseconds(20))
                }
                return slowest
            }
            let table = HistoryTable(connection: database.connection)
            var foretold = PrunedHistory()
            let counting = try await clock.measure { foretold = try await table.count(days: 90) }
            var pruned = PrunedHistory()
            let pruning = try await clock.measure { pruned = try await HistoryPruner(table, days: 90).run() }
            var again = PrunedHistory()
            let nothing = try await clock.measure { again = try await HistoryPruner(table, days: 90).run() }
            asking.cancel()
            let slowest = try await asking.value
            await other.close()
            #expect(pruned == foretold && pruned.syncs == 10_000 && pruned[.ledger] == 200_000)
            #expect(again == PrunedHistory())
            print(
                "history: 10 000 syncs, \(pruned.total) rows: counted in \(counting), deleted in \(pruning), looked at again in "
                    + "\(nothing); status and history meanwhile took \(slowest) at most")
        }
    }
}

extension SyncDatabase {
    /// A sync that began a quarter of an hour before its end.
    fileprivate func insert(_ id: Int64, _ status: String, endedDays: Double, hasFinished: Bool = true) async throws {
        _ = try await connection.query(
            """
            INSERT INTO sync_logs (id, status, started_at, finished_at)
            SELECT $1, $2, moment - interval '15 minutes', CASE WHEN $4 THEN moment END
            FROM (SELECT now() - make_interval(secs => $3::text::float8 * 86400)) AS ended (moment)
            """, [.int8(id), .text(status), .text("\(endedDays)"), .bool(hasFinished)])
    }

    /// One row in each table.
    fileprivate func insertHistory(_ sync: Int64, failedDays: Double) async throws {
        _ = try await connection.query(
            """
            INSERT INTO sync_batches (sync_id, batch_number, lane, users, duplicates, inserted, updated, unchanged)
            VALUES ($1, 1, 0, 1, 0, 0, 0, 1)
            """, [.int8(sync)])
        _ = try await connection.query(
            "INSERT INTO sync_rejects (sync_id, byte_offset, reason, excerpt) VALUES ($1, 5, 'invalid_json', 'x')",
            [.int8(sync)])
        _ = try await connection.query(
            "INSERT INTO sync_profiles (sync_id, profile, changes, compared_syncs) VALUES ($1, '{}', '[]', 0)",
            [.int8(sync)])
        _ = try await connection.query(
            """
            INSERT INTO sync_refusals (sync_id, batch_number, user_name, sqlstate, message)
            VALUES ($1, 1, 'ana', '22001', 'too long')
            """, [.int8(sync)])
        _ = try await connection.query(
            """
            INSERT INTO sync_batch_failures (sync_id, batch_number, lane, receive_count, is_final, cause, failed_at)
            VALUES ($1, 2, 0, 5, true, 'poison', now() - make_interval(secs => $2::text::float8 * 86400))
            """, [.int8(sync), .text("\(failedDays)")])
    }

    /// Syncs 1 to `syncs`, one every six hours until 91 days ago, with batches and a few rows in the other tables. After them come one of 60
    /// days ago, with batches, and one of today. Each is overtaken by the next.
    fileprivate func fill(syncs: Int, batches: Int) async throws {
        _ = try await connection.query("DELETE FROM sync_logs")
        _ = try await connection.query(
            """
            INSERT INTO sync_logs (id, status, started_at, finished_at, overtaken_by)
            SELECT n, CASE WHEN n % 50 = 0 THEN 'FAILED' ELSE 'COMPLETED' END, ended - interval '15 minutes', ended, n + 1
            FROM generate_series(1, $1) AS n,
                LATERAL (SELECT now() - interval '91 days' - ($1 - n) * interval '6 hours') AS moment (ended)
            """, [.int8(Int64(syncs))])
        try await insert(Int64(syncs + 1), "COMPLETED", endedDays: 60)
        try await insert(Int64(syncs + 2), "COMPLETED", endedDays: 0)
        _ = try await connection.query(
            "UPDATE sync_logs SET overtaken_by = id + 1 WHERE id = $1", [.int8(Int64(syncs + 1))])
        _ = try await connection.query(
            """
            INSERT INTO sync_batches (sync_id, batch_number, lane, users, duplicates, inserted, updated, unchanged)
            SELECT s, b, b % 32, 1000, 0, 0, 0, 1000 FROM generate_series(1, $1) AS s, generate_series(1, $2) AS b
            """, [.int8(Int64(syncs + 1)), .int8(Int64(batches))])
        _ = try await connection.query(
            """
            INSERT INTO sync_rejects (sync_id, byte_offset, reason, excerpt)
            SELECT s, b, 'invalid_json', '{/dados/:/corrimpidos/}' FROM generate_series(1, $1) AS s, generate_series(1, 3) AS b
            """, [.int8(Int64(syncs))])
        _ = try await connection.query(
            """
            INSERT INTO sync_profiles (sync_id, profile, changes, compared_syncs)
            SELECT s, json_build_object('records', 1, 'names', repeat('a name of a field ', 50)), '[]', 10
            FROM generate_series(1, $1) AS s
            """, [.int8(Int64(syncs))])
        _ = try await connection.query(
            """
            INSERT INTO sync_batch_failures (sync_id, batch_number, lane, receive_count, is_final, cause, failed_at)
            SELECT s, 1, 0, 5, false, 'a lock', now() - interval '91 days' FROM generate_series(50, $1, 50) AS s
            """, [.int8(Int64(syncs))])
    }

    /// How many rows each sync has in all five tables.
    fileprivate func historyRows() async throws -> [Int64: Int] {
        let rows = try await connection.query(
            """
            SELECT sync_id, count(*) AS rows FROM (
                SELECT sync_id FROM sync_batches UNION ALL SELECT sync_id FROM sync_rejects
                UNION ALL SELECT sync_id FROM sync_refusals UNION ALL SELECT sync_id FROM sync_batch_failures
                UNION ALL SELECT sync_id FROM sync_profiles
            ) AS history GROUP BY sync_id
            """
        ).rows
        return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.int8("sync_id"), try $0.int("rows")) })
    }
}
