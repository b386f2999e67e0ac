import Postgres
import SyncCore
import TestSupport
import Testing

@testable import SyncStorage

/// COMPLETED means that the ledger holds the very batches that were sent, and nothing else.
@Suite("Completion is exact", .serialized)
struct ExactCompletionIntegrationTests {
    private static let ana = TestUser(name: "ana", id: 1, email: "e", createdAt: 1, deleted: false)
    private static let bia = TestUser(name: "bia", id: 2, email: "e", createdAt: 1, deleted: false)

    @Test("a batch whose number was not reserved is refused, before, between and after those that were")
    func unreserved() async throws {
        try await withSync { database, session in
            let id = session.syncID
            await refused(try batch(id, 1, [Self.ana]), by: database, isCompleted: false)
            try await session.reserveBatches(upTo: 2)
            try await session.reserveBatches(upTo: 1)
            await refused(try batch(id, 3, [Self.ana]), by: database, isCompleted: false)
            await refused(try batch(id, 900_000, [Self.ana]), by: database, isCompleted: false)
            #expect(try await database.users().isEmpty)
            #expect(try await database.store.apply(try batch(id, 2, [Self.ana])) != .overtaken)
        }
    }

    @Test("once the stream is complete, numbers that were reserved and not sent are refused")
    func narrowed() async throws {
        try await withSync { database, session in
            try await session.reserveBatches(upTo: 64)
            try await database.storeVerdict(session)
            try await session.streamCompleted(counters(sent: 1), usersSent: 1)
            await refused(try batch(session.syncID, 2, [Self.ana]), by: database, isCompleted: false)
            #expect(try await database.store.apply(try batch(session.syncID, 1, [Self.ana])) != .overtaken)
            let ended = try await session.complete()
            #expect(ended.status == .completed)
        }
    }

    @Test("any batch for a completed sync is refused; one that it holds already changes nothing")
    func completed() async throws {
        try await withSync { database, session in
            let id = session.syncID
            try await session.reserveBatches(upTo: 1)
            let own = try batch(id, 1, [Self.ana])
            _ = try await database.store.apply(own)
            try await database.storeVerdict(session)
            try await session.streamCompleted(counters(sent: 1), usersSent: 1)
            _ = try await session.complete()
            await refused(try batch(id, 2, [Self.bia]), by: database, isCompleted: true)
            await refused(try batch(id, 5000, [Self.bia]), by: database, isCompleted: true)
            #expect(try await database.store.apply(own) == .alreadyApplied)
            #expect(try await database.users() == ["ana": Self.ana])
        }
    }

    /// Rows that a stolen worker login can write, beside or in place of the two that were sent, each with one user.
    static let forgeries: [(name: String, numbers: [Int], users: Int)] = [
        ("as many, with numbers far away", [900_000, 900_001], 1),
        ("one of the two far away", [1, 900_001], 1),
        ("both, and one beyond", [1, 2, 3], 1),
        ("both, and one before", [0, 1, 2], 1),
        ("both, and one below zero", [-1, 1, 2], 1),
        ("one too few", [1], 1),
        ("both, with too many users", [1, 2], 2),
        ("both, without users", [1, 2], 0),
        ("none", [], 0),
    ]

    @Test("made-up rows of the ledger complete no sync, neither at its end nor by a redrive", arguments: forgeries)
    func forged(_ forgery: (name: String, numbers: [Int], users: Int)) async throws {
        try await withSync { database, session in
            try await session.reserveBatches(upTo: 64)
            try await database.storeVerdict(session)
            try await session.streamCompleted(counters(sent: 2), usersSent: 2)
            for number in forgery.numbers { try await database.forge(session.syncID, number, users: forgery.users) }
            await #expect(throws: SyncSessionError.incomplete(syncID: session.syncID)) { try await session.complete() }
            _ = try await session.fail(counters(sent: 2), reason: "batches are missing", lacksBatches: true)
            let syncs = SyncLogTable(connection: database.connection)
            #expect(try await syncs.awaitingBatches(among: [session.syncID]) == [session.syncID])
            #expect(try await !syncs.complete(session.syncID))
        }
    }

    @Test("what is on record as dead counts only under numbers that were sent")
    func dead() async throws {
        try await withSync { database, session in
            try await session.reserveBatches(upTo: 64)
            try await database.storeVerdict(session)
            try await session.streamCompleted(counters(sent: 1), usersSent: 1)
            let failures = BatchFailureTable(connection: database.connection)
            for number: Int64 in [1, 2, 900_000] {
                try await failures.record(
                    FailedBatch(
                        syncID: session.syncID, batchNumber: number, lane: 0, receiveCount: 5, isFinal: true, cause: "x"
                    ))
            }
            try await database.forge(session.syncID, 77, users: 1)
            let progress = try await session.ledgerProgress()
            #expect(progress == LedgerProgress(batchesApplied: 0, usersApplied: 0, batchesDead: 1, foreignBatches: 1))
        }
    }

    @Test("a progress report that comes late does not change what was sent")
    func lateProgress() async throws {
        try await withSync { database, session in
            try await session.reserveBatches(upTo: 64)
            try await database.storeVerdict(session)
            try await session.streamCompleted(counters(sent: 2), usersSent: 2)
            try await session.record(counters(sent: 1))
            let row = try await database.connection.query(
                "SELECT batches_sent, received FROM sync_logs WHERE id = $1", [.int8(session.syncID)]
            ).single()
            #expect(try row.int("batches_sent") == 2 && row.int("received") == 2)
        }
    }

    @Test("completing waits for a batch that is being applied, and the ledger is read after it")
    func batchUnderWay() async throws {
        try await withSync { database, session in
            try await session.reserveBatches(upTo: 2)
            _ = try await database.store.apply(try batch(session.syncID, 1, [Self.ana]))
            // Number 2 is reserved, so it may be under way when the stream completes without it.
            let blocker = try await PostgresConnection.connect(database.configuration, logger: silent)
            try await blocker.executeScript("BEGIN; SELECT FROM users WHERE user_name = 'ana' FOR UPDATE")
            var newer = Self.ana
            newer.createdAt = 2
            let forged = try batch(session.syncID, 2, [newer])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await database.store.apply(forged) }
                try await eventually(within: .seconds(60), "the batch waits for the row") {
                    try await database.waiting("transactionid") == 1
                }
                try await database.storeVerdict(session)
                try await session.streamCompleted(counters(sent: 1), usersSent: 1)
                group.addTask {
                    await #expect(throws: SyncSessionError.incomplete(syncID: session.syncID)) {
                        try await session.complete()
                    }
                }
                try await eventually(within: .seconds(60), "the end waits for the batch") {
                    try await database.waiting("transactionid") == 2
                }
                try await blocker.executeScript("COMMIT")
                try await group.waitForAll()
            }
            await blocker.close()
        }
    }

    @Test(
        "each user of the stream is counted once, also when several readings wrote its row",
        arguments: [
            "SELECT", "UPDATE users SET legacy_created_at = '1999-01-01'", "DELETE FROM users WHERE user_name = 'ana'",
            "DELETE FROM users",
        ] as [SQL])
    func countedOnce(between: SQL) async throws {
        try await withSync { database, session in
            let users = [Self.ana, Self.bia]
            try await session.reserveBatches(upTo: 1)
            _ = try await database.store.apply(try batch(session.syncID, 1, users))
            try await database.connection.executeScript(between)
            try await session.beginAttempt(2, firstBatch: 2)
            try await session.reserveBatches(upTo: 2)
            _ = try await database.store.apply(try batch(session.syncID, 2, users))
            try await database.storeVerdict(session)
            var counters = counters(sent: 2)
            counters.received = 2
            try await session.streamCompleted(counters, usersSent: 4)
            let ended = try await session.complete()
            #expect(ended.status == .completed)
            let counted = ended.counters
            #expect(counted.inserted == 2 && counted.updated == 0 && counted.unchanged == 0, "\(counted)")
        }
    }

    // MARK: Helpers

    private func counters(sent: Int) -> SyncCounters {
        var counters = SyncCounters()
        counters.received = sent
        counters.batchesSent = sent
        return counters
    }

    private func refused(_ batch: DecodedBatch, by database: SyncDatabase, isCompleted: Bool) async {
        let refusal = BatchRefusal(syncID: batch.header.syncID, number: batch.header.number, isCompleted: isCompleted)
        await #expect(throws: refusal) { try await database.store.apply(batch) }
    }

    private func withSync(_ body: (SyncDatabase, SyncSession) async throws -> Void) async throws {
        try await withDatabase { database in
            let session = try await SyncSession.begin(database.configuration, logger: silent)
            do {
                try await session.overtake()
                try await session.beginAttempt(1, firstBatch: 1)
                try await body(database, session)
            } catch {
                await session.abandon()
                throw error
            }
            await session.abandon()
        }
    }
}

extension SyncDatabase {
    /// Writes a row of the ledger by hand, as whoever holds the workers' login can.
    fileprivate func forge(_ syncID: Int64, _ number: Int, users: Int) async throws {
        _ = try await connection.query(
            """
            INSERT INTO sync_batches (sync_id, batch_number, lane, users, duplicates, inserted, updated, unchanged)
            VALUES ($1, $2, 0, $3, 0, 0, 0, $3)
            """, [.int8(syncID), .int8(Int64(number)), .int4(Int32(users))])
    }
}
