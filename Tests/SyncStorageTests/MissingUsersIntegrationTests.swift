import Postgres
import SyncCore
import SyncStorage
import TestSupport
import Testing

/// Who is marked as deleted for being missing, over several syncs.
@Suite("Two complete streams before a user is marked", .serialized)
struct MissingUsersIntegrationTests {
    /// What one sync's stream is like. The table holds `ana`, `bia` and `eva`; each stream names `ana` at least.
    struct Stream: Sendable, CustomTestStringConvertible {
        var names = ["ana", "eva"]
        var damaged = 0
        var action = MissingUsersPolicy.Action.softDelete
        var maximumPercent = 100
        var lacksBatches = false

        /// A sound stream that does not name `bia`.
        static let misses = Stream()
        static let names = Stream(names: ["ana", "bia", "eva"])
        static let damagedMiss = Stream(damaged: 1)
        static let damagedName = Stream(names: ["ana", "bia", "eva"], damaged: 1)
        static let keeps = Stream(action: .keep)
        static let refused = Stream(maximumPercent: 1)
        static let failsLater = Stream(lacksBatches: true)

        var testDescription: String {
            "\(names.count) named, \(damaged) damaged, \(action.rawValue) up to \(maximumPercent)%\(lacksBatches ? ", FAILED" : "")"
        }
    }

    /// Streams in order, and after which of them `bia` is marked; nil: after none.
    static let histories: [(streams: [Stream], markedAfter: Int?)] = [
        ([.misses], nil),
        ([.misses, .misses], 2),
        ([.misses, .names, .misses], nil),
        ([.misses, .names, .misses, .misses], 4),
        ([.misses, .damagedMiss], nil),
        ([.damagedMiss, .misses], nil),
        ([.damagedMiss, .damagedMiss, .damagedMiss], nil),
        ([.misses, .damagedMiss, .misses], 3),
        ([.misses, .damagedName, .misses], nil),
        ([.misses, .refused, .misses], nil),
        ([.misses, .keeps, .misses], nil),
        ([.keeps, .keeps, .keeps], nil),
        ([.failsLater, .misses], 2),
        ([.misses, .failsLater], nil),
        ([.misses, .failsLater, .misses], 3),
        ([.misses, Stream(names: ["ana", "bia", "eva"], lacksBatches: true), .misses], nil),
    ]

    @Test("a user is marked by the second of two complete, sound streams that do not name it", arguments: histories)
    func history(_ history: (streams: [Stream], markedAfter: Int?)) async throws {
        try await withDatabase { database in
            try await fill(database, ["ana", "bia", "eva"])
            for (number, stream) in history.streams.enumerated() {
                let entry = try await sync(stream, in: database)
                let isMarked = try await database.users()["bia"]?.deleted == true
                #expect(
                    isMarked == (history.markedAfter.map { number + 1 >= $0 } ?? false), "after stream \(number + 1)")
                let mayComplete = !stream.lacksBatches && stream.maximumPercent > 1
                #expect(entry.status == (mayComplete ? .completed : .failed))
                #expect(entry.counters.missingDeleted == (history.markedAfter == number + 1 ? 1 : 0))
            }
            let users = try await database.users()
            #expect(users["ana"]?.deleted == false && users["eva"]?.deleted == false)
        }
    }

    @Test("names are kept for the newest complete stream only, and none when too many are missing")
    func bounded() async throws {
        try await withDatabase { database in
            try await fill(database, ["ana"] + (1...5000).map { "user\($0)" })
            _ = try await sync(Stream(names: ["ana"]), in: database)
            #expect(try await remembered(database) == [2: 5000])
            _ = try await sync(Stream(names: ["ana"], maximumPercent: 99), in: database)
            #expect(try await remembered(database) == [:])
            _ = try await sync(Stream(names: ["ana", "user1"]), in: database)
            _ = try await sync(Stream(names: ["ana", "user1", "user2"]), in: database)
            #expect(try await remembered(database) == [5: 4998])
            let users = try await database.users()
            #expect(users.values.count(where: \.deleted) == 4998)
            #expect(users["user1"]?.deleted == false && users["user2"]?.deleted == false)
        }
    }

    @Test("a verdict is stored once: repeated after a lost answer, it stays, and so do the names")
    func repeated() async throws {
        try await withDatabase { database in
            try await fill(database, ["ana", "bia"])
            _ = try await sync(Stream(names: ["ana"]), in: database)
            let session = try await SyncSession.begin(database.configuration, logger: silent)
            try await session.overtake()
            let (table, filter) = try await compared(["ana"], in: database)
            for _ in 1...3 {
                let outcome = try await table.store(
                    verdict(filter, Stream()), filter, counters: SyncCounters(), syncID: session.syncID)
                #expect(outcome == .mark(users: 1))
            }
            for _ in 1...2 { try await table.markMissedAgain(filter, syncID: session.syncID) }
            try await session.streamCompleted(SyncCounters(), usersSent: 0)
            #expect(try await session.complete().counters.missingDeleted == 1)
        }
    }

    @Test("one whom somebody has changed since the stream was opened is left alone")
    func changedMeanwhile() async throws {
        try await withDatabase { database in
            try await fill(database, ["ana", "bia"])
            _ = try await sync(Stream(names: ["ana"]), in: database)
            _ = try await sync(Stream(names: ["ana"]), in: database) {
                try await database.connection.executeScript("UPDATE users SET email = 'x' WHERE user_name = 'bia'")
            }
            #expect(try await database.users()["bia"]?.deleted == false)
        }
    }

    @Test("a sync that was ended from outside stores no verdict and marks nobody")
    func endedElsewhere() async throws {
        try await withDatabase { database in
            try await fill(database, ["ana", "bia"])
            _ = try await sync(Stream(names: ["ana"]), in: database)
            let session = try await SyncSession.begin(database.configuration, logger: silent)
            let (table, filter) = try await compared(["ana"], in: database)
            try await database.connection.executeScript("UPDATE sync_logs SET status = 'FAILED'")
            let ended = SyncSessionError.endedElsewhere(syncID: session.syncID)
            await #expect(throws: ended) {
                try await table.store(
                    verdict(filter, Stream()), filter, counters: SyncCounters(), syncID: session.syncID)
            }
            await #expect(throws: ended) { try await table.markMissedAgain(filter, syncID: session.syncID) }
            #expect(try await database.users()["bia"]?.deleted == false)
            await session.abandon()
        }
    }

    @Test("no redrive completes a sync that had users to mark, or that its verdict refuses", arguments: [true, false])
    func redrive(marks: Bool) async throws {
        try await withDatabase { database in
            try await fill(database, ["ana", "bia"])
            _ = try await sync(Stream(names: ["ana"]), in: database)
            let entry = try await sync(
                Stream(names: ["ana"], maximumPercent: marks ? 100 : 1, lacksBatches: true), in: database)
            let syncs = SyncLogTable(connection: database.connection)
            #expect(try await syncs.awaitingBatches(among: [entry.id]) == [])
            #expect(try await syncs.newestAwaitingBatches() == nil)
            #expect(try await !syncs.complete(entry.id))
            #expect(try await database.users()["bia"]?.deleted == false)
        }
    }

    // MARK: Helpers

    private func fill(_ database: SyncDatabase, _ names: [String]) async throws {
        let users = names.map { TestUser(name: $0, id: 1, email: "e", createdAt: 1, deleted: false) }
        _ = try await database.store.apply(try batch(1, 1, users))
    }

    /// Runs a sync to its end, without sending anything.
    /// - Parameter meanwhile: done between the verdict and the marking.
    private func sync(
        _ stream: Stream, in database: SyncDatabase, meanwhile: () async throws -> Void = {}
    ) async throws -> SyncLogEntry {
        let session = try await SyncSession.begin(database.configuration, logger: silent)
        try await session.overtake()
        let (table, filter) = try await compared(stream.names, in: database)
        let outcome = try await table.store(
            verdict(filter, stream), filter, counters: SyncCounters(), syncID: session.syncID)
        try await session.streamCompleted(SyncCounters(), usersSent: 0)
        try await meanwhile()
        if stream.lacksBatches {
            return try await session.fail(SyncCounters(), reason: "batches are missing", lacksBatches: true)
        }
        switch outcome {
        case .complete: break
        case .mark: try await table.markMissedAgain(filter, syncID: session.syncID)
        case .refuse(let reason): return try await session.fail(SyncCounters(), reason: reason)
        }
        return try await session.complete()
    }

    private func compared(_ names: [String], in database: SyncDatabase) async throws -> (UserTable, DeltaFilter) {
        let table = UserTable(database.configuration, logger: silent)
        let hasher = UserHasher()
        let snapshot = try await table.snapshot(hasher, in: IndexFolder("/tmp"))
        let filter = DeltaFilter(hasher: hasher, index: snapshot.takeIndex(), mode: .delta)
        for name in names {
            _ = judge(TestUser(name: name, id: 1, email: "e", createdAt: 1, deleted: false), filter)
        }
        return (table, filter)
    }

    private func verdict(_ filter: DeltaFilter, _ stream: Stream) -> SyncVerdict {
        SyncVerdict(
            missing: filter.missingUsers, live: filter.liveUsers, damagedRecords: stream.damaged,
            policy: MissingUsersPolicy(action: stream.action, maximumPercent: stream.maximumPercent))
    }

    /// How many names are kept, by sync.
    private func remembered(_ database: SyncDatabase) async throws -> [Int64: Int] {
        let rows = try await database.connection.query(
            "SELECT sync_id, count(*) AS names FROM sync_missing GROUP BY sync_id"
        ).rows
        return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.int8("sync_id"), try $0.int("names")) })
    }
}
