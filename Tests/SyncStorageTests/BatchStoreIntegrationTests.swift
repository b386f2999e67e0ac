import Logging
import Postgres
import SyncCore
import SyncStorage
import TestSupport
import Testing

@Suite("Applying batches", .serialized)
struct BatchStoreIntegrationTests {
    @Test(
        "the table ends as if the records had been folded one by one, whatever batches they came in", arguments: 1...4)
    func fold(seed: UInt64) async throws {
        try await withDatabase { database in
            var generator = SeededGenerator(seed: seed)
            var expected: [String: TestUser] = [:]
            for number in 1...40 {
                let users = (0..<Int.random(in: 1...60, using: &generator)).map { _ in
                    TestUser.random(names: 80, times: 4, using: &generator)
                }
                for user in users { user.fold(into: &expected) }
                // Hints that are right, wrong, and missing.
                let hinted = try batch(1, Int64(number), users) { _ in Bool.random(using: &generator) }
                let outcome = try await database.store.apply(hinted)
                guard case .applied(let counts) = outcome else {
                    Issue.record("batch \(number): \(outcome)")
                    return
                }
                #expect(counts.inserted + counts.updated + counts.unchanged + counts.duplicates == users.count)
            }
            #expect(try await database.users() == expected)
            let deletedWithoutTime = try await database.connection.query(
                "SELECT count(*) FROM users WHERE deleted <> (deleted_at IS NOT NULL)")
            #expect(try deletedWithoutTime.int8(row: 0, column: 0) == 0)
        }
    }

    @Test("a batch that comes twice changes nothing the second time, even after later ones")
    func twice() async throws {
        try await withDatabase { database in
            let first = TestUser(name: "ana", id: 1, email: "old@example.com", createdAt: 5, deleted: false)
            let later = TestUser(name: "ana", id: 1, email: "new@example.com", createdAt: 5, deleted: false)
            _ = try await database.store.apply(try batch(1, 1, [first]))
            _ = try await database.store.apply(try batch(1, 2, [later]))
            #expect(try await database.store.apply(try batch(1, 1, [first])) == .alreadyApplied)
            #expect(try await database.users() == ["ana": later])
        }
    }

    @Test("the ledger keeps how long a batch took, waiting for locks included")
    func applyTime() async throws {
        try await withDatabase { database in
            let old = TestUser(name: "ana", id: 1, email: "old@example.com", createdAt: 5, deleted: false)
            let new = TestUser(name: "ana", id: 1, email: "new@example.com", createdAt: 6, deleted: false)
            _ = try await database.store.apply(try batch(1, 1, [old]))
            let outcome = try await withThrowingTaskGroup(of: BatchOutcome.self) { group in
                try await database.connection.transaction { connection in
                    _ = try await connection.query("SELECT FROM users WHERE user_name = 'ana' FOR UPDATE")
                    group.addTask { try await database.store.apply(try batch(1, 2, [new])) }
                    try await eventually(within: .seconds(20), "the batch waits for the row") {
                        // Waits of other tests, in databases of their own, do not count.
                        try await connection.query(
                            "SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid"
                        ).int8(row: 0, column: 0) > 0
                    }
                    try await Task.sleep(for: .milliseconds(300))
                }
                return try await group.next()
            }
            #expect(outcome == .applied(.init(duplicates: 0, inserted: 0, updated: 1, unchanged: 0)))
            let result = try await database.connection.query(
                "SELECT apply_ms FROM sync_batches WHERE batch_number = 2")
            #expect(try result.int8(row: 0, column: 0) >= 300)
        }
    }

    @Test("two workers with one batch at the same moment apply it once")
    func concurrently() async throws {
        try await withDatabase { database in
            let users = (0..<500).map {
                TestUser(name: "user\($0)", id: Int64($0), email: "e", createdAt: 1, deleted: false)
            }
            for number in 1...10 {
                let message = try batch(1, Int64(number), users) { _ in number.isMultiple(of: 2) }
                let outcomes = try await withThrowingTaskGroup(of: BatchOutcome.self) { group in
                    for _ in 0..<4 { group.addTask { try await database.store.apply(message) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(outcomes.filter { $0 == .alreadyApplied }.count == 3)
            }
            let ledger = try await database.connection.query("SELECT count(*), sum(inserted)::bigint FROM sync_batches")
            #expect(try ledger.int8(row: 0, column: 0) == 10)
            #expect(try ledger.int8(row: 0, column: 1) == 500)
        }
    }

    @Test("a user whom someone else inserts between look-up and insert is updated, and the others are inserted")
    func insertedMeanwhile() async throws {
        try await withDatabase { database in
            let users = ["ana", "bob", "eve"].map {
                TestUser(name: $0, id: 1, email: "ours", createdAt: 2, deleted: false)
            }
            let message = try batch(1, 1, users)
            let applying = try await database.connection.transaction { connection in
                _ = try await connection.query(
                    """
                    INSERT INTO users (user_name, legacy_id, email, legacy_created_at)
                    VALUES ('bob', 9, 'theirs', 'epoch'), ('eve', 9, 'theirs', '2100-01-01')
                    """)
                let applying = Task { try await database.store.apply(message) }
                try await eventually("the batch waits for the other's rows") {
                    let waiting = try await connection.query(
                        """
                        SELECT count(*) FROM pg_locks
                        WHERE NOT granted AND transactionid = pg_current_xact_id()::xid
                        """)
                    return try waiting.int8(row: 0, column: 0) == 1
                }
                return applying
            }
            #expect(
                try await applying.value
                    == .applied(BatchOutcome.Counts(duplicates: 0, inserted: 1, updated: 1, unchanged: 1)))
            let emails = try await database.users().mapValues(\.email)
            #expect(emails == ["ana": "ours", "bob": "ours", "eve": "theirs"])
        }
    }

    @Test(
        "users presumed to be new are inserted; one who is there after all counts as what it is",
        arguments: [false, true])
    func presumedNew(isWrong: Bool) async throws {
        try await withDatabase { database in
            let known = [
                TestUser(name: "bob", id: 1, email: "old", createdAt: 1, deleted: false),
                TestUser(name: "eve", id: 1, email: "same", createdAt: 1, deleted: true),
            ]
            _ = try await database.store.apply(try batch(1, 1, known))
            let users = [
                TestUser(name: "zoe", id: 3, email: "new", createdAt: 2, deleted: true),
                TestUser(name: "bob", id: 1, email: "new", createdAt: 2, deleted: false), known[1],
                TestUser(name: "ana", id: 2, email: "first", createdAt: 1, deleted: false),
                TestUser(name: "ana", id: 2, email: "second", createdAt: 1, deleted: false),
            ]
            let message = try batch(1, 2, users) { isWrong || $0.email == "first" || $0.name == "zoe" }
            #expect(
                try await database.store.apply(message)
                    == .applied(BatchOutcome.Counts(duplicates: 1, inserted: 2, updated: 1, unchanged: 1)))
            let expected = [users[0], users[1], known[1], users[4]]
            #expect(try await database.users() == Dictionary(uniqueKeysWithValues: expected.map { ($0.name, $0) }))
            let result = try await database.connection.query(
                """
                SELECT (SELECT count(*) FROM users WHERE deleted <> (deleted_at IS NOT NULL)),
                    (SELECT newly_deleted FROM sync_batches WHERE batch_number = 2)
                """)
            #expect(try result.int8(row: 0, column: 0) == 0)
            #expect(try result.int8(row: 0, column: 1) == 0)
        }
    }

    @Test("rows that exist take no identity value and no new row version")
    func frugal() async throws {
        try await withDatabase { database in
            let users = (0..<100).map {
                TestUser(name: "user\($0)", id: Int64($0), email: "e", createdAt: 1, deleted: $0 % 7 == 0)
            }
            _ = try await database.store.apply(try batch(1, 1, users))
            let versions: SQL = """
                SELECT (SELECT last_value FROM users_id_seq),
                    (SELECT count(DISTINCT xmin::text) FROM users), (SELECT max(ctid)::text FROM users)
                """
            let before = try await database.connection.query(versions)
            let outcome = try await database.store.apply(try batch(1, 2, users))
            let after = try await database.connection.query(versions)
            #expect(
                outcome == .applied(BatchOutcome.Counts(duplicates: 0, inserted: 0, updated: 0, unchanged: 100)))
            #expect(try after.int8(row: 0, column: 0) == before.int8(row: 0, column: 0))
            #expect(try after.int8(row: 0, column: 1) == 1)
            #expect(try after.text(row: 0, column: 2) == before.text(row: 0, column: 2))
        }
    }

    @Test("a soft delete keeps its first moment, and a newer record brings the user back")
    func softDelete() async throws {
        try await withDatabase { database in
            func apply(_ number: Int64, createdAt: Int64, deleted: Bool) async throws -> String? {
                let user = TestUser(name: "ana", id: 1, email: "e\(number)", createdAt: createdAt, deleted: deleted)
                _ = try await database.store.apply(try batch(1, number, [user]))
                let result = try await database.connection.query("SELECT deleted_at::text FROM users")
                return try result.isNull(row: 0, column: 0) ? nil : result.text(row: 0, column: 0)
            }
            #expect(try await apply(1, createdAt: 1, deleted: false) == nil)
            let deletedAt = try await apply(2, createdAt: 2, deleted: true)
            #expect(deletedAt != nil)
            #expect(try await apply(3, createdAt: 3, deleted: true) == deletedAt)
            #expect(try await apply(4, createdAt: 4, deleted: false) == nil)
        }
    }

    @Test(
        "a batch of a sync that a newer one has overtaken is dropped; one that has not begun to read overtakes nobody")
    func overtaken() async throws {
        try await withDatabase { database in
            let user = TestUser(name: "ana", id: 1, email: "e", createdAt: 1, deleted: false)
            let session = try await SyncSession.begin(database.configuration, logger: silent)
            #expect(try await database.store.apply(try batch(1, 1, [user])) != .overtaken)
            try await session.overtake()
            #expect(try await database.store.apply(try batch(1, 2, [user])) == .overtaken)
            try await session.reserveBatches(upTo: 1)
            #expect(try await database.store.apply(try batch(session.syncID, 1, [user])) != .overtaken)
            let ledger = try await database.connection.query("SELECT count(*) FROM sync_batches WHERE sync_id = 1")
            #expect(try ledger.int8(row: 0, column: 0) == 1)
            await session.abandon()
        }
    }

    @Test("a newer sync waits for the older one's batch under way, and a later one of it is dropped at once")
    func overtakingWaits() async throws {
        try await withDatabase { database in
            let ana = TestUser(name: "ana", id: 1, email: "e", createdAt: 1, deleted: false)
            let bia = TestUser(name: "bia", id: 2, email: "e", createdAt: 1, deleted: false)
            _ = try await database.store.apply(try batch(1, 1, [ana]))
            let session = try await SyncSession.begin(database.configuration, logger: silent)
            // Whoever holds the row of "ana" holds up the batch that changes it.
            let blocker = try await PostgresConnection.connect(database.configuration, logger: silent)
            try await blocker.executeScript("BEGIN; SELECT FROM users WHERE user_name = 'ana' FOR UPDATE")
            let newer = TestUser(name: "ana", id: 1, email: "new", createdAt: 2, deleted: false)
            let underWay = try batch(1, 2, [newer])
            let late = try batch(1, 3, [bia])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let outcome = try await database.store.apply(underWay)
                    #expect(outcome != .overtaken)
                }
                try await eventually(within: .seconds(60), "the batch waits for the row") {
                    try await database.waiting("transactionid") == 1
                }
                group.addTask { try await session.overtake() }
                try await eventually(within: .seconds(60), "the newer sync waits for the batch") {
                    try await database.waiting("transactionid") == 2
                }
                let outcome = try await database.store.apply(late)
                #expect(outcome == .overtaken)
                #expect(try await database.waiting("transactionid") == 2)
                try await blocker.executeScript("COMMIT")
                try await group.waitForAll()
            }
            await blocker.close()
            await session.abandon()
            #expect(try await database.users() == ["ana": newer])
        }
    }

    @Test("a sync that lacked a batch is completed by its replay, unless a newer sync has overtaken it")
    func settling() async throws {
        try await withDatabase { database in
            let user = TestUser(name: "ana", id: 1, email: "e", createdAt: 1, deleted: false)
            let syncs = SyncLogTable(connection: database.connection)
            for isOvertaken in [false, true] {
                let session = try await SyncSession.begin(database.configuration, logger: silent)
                try await session.beginAttempt(1, firstBatch: 1)
                var counters = SyncCounters()
                counters.received = 1
                counters.batchesSent = 1
                try await database.storeVerdict(session)
                try await session.streamCompleted(counters, usersSent: 1)
                _ = try await session.fail(counters, reason: "batch 1 is missing", lacksBatches: true)
                #expect(try await !syncs.complete(session.syncID))
                _ = try await database.store.apply(try batch(session.syncID, 1, [user]))
                if isOvertaken {
                    let newer = try await SyncSession.begin(database.configuration, logger: silent)
                    try await newer.overtake()
                    await newer.abandon()
                }
                #expect(try await syncs.complete(session.syncID) == !isOvertaken)
            }
        }
    }

    @Test("a row says which sync wrote it last; one that was not written keeps the older sync")
    func provenance() async throws {
        try await withDatabase { database in
            _ = try await database.connection.query("INSERT INTO sync_logs (status) VALUES ('RUNNING')")
            var users = ["ana", "bia"].map { TestUser(name: $0, id: 1, email: "e", createdAt: 1, deleted: false) }
            _ = try await database.store.apply(try batch(1, 1, users))
            users[1].email = "new"
            _ = try await database.store.apply(try batch(2, 1, users))
            let result = try await database.connection.query("SELECT sync_id FROM users ORDER BY user_name")
            #expect(try result.int8(row: 0, column: 0) == 1)
            #expect(try result.int8(row: 1, column: 0) == 2)
        }
    }

    @Test("a batch of a sync that this database does not know is an error and writes nothing")
    func unknownSync() async throws {
        try await withDatabase { database in
            let user = TestUser(name: "ana", id: 1, email: "e", createdAt: 1, deleted: false)
            let message = try batch(99, 1, [user])
            let error = await #expect(throws: PostgresError.self) { try await database.store.apply(message) }
            #expect(error?.sqlState == "23503")
            #expect(error?.isTransient == false)
            #expect(try await database.users().isEmpty)
        }
    }
}
