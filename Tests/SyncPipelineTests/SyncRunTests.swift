import Logging
import Postgres
import SyncCore
import SyncStorage
import SyncTestSupport
import Synchronization
import Testing

@testable import SyncPipeline

@Suite("A sync, stage by stage", .timeLimit(.minutes(1)))
struct SyncRunTests {
    private static let three = ScriptedSource.users(["ana", "bia", "cid"])
    /// What the ledger shows once the one batch of three users is applied, or of two where the table holds one of them.
    private static let applied = [LedgerProgress(batchesApplied: 1, usersApplied: 3)]
    private static let twoApplied = [LedgerProgress(batchesApplied: 1, usersApplied: 2)]

    @Test(
        "the stages come in order: attempt, overtaking, comparison, reserving, verdict, stream's end, drain, completion"
    )
    func order() async throws {
        let (record, table) = (ScriptedRecord(ledger: Self.applied), ScriptedTable([]))
        let entry = try await run(record, ScriptedSource(.body(Self.three)), table)
        #expect(entry.status == .completed)
        #expect(record.events == ["beginAttempt", "overtake", "reserve", "streamCompleted", "complete"])
        #expect(table.state.withLock { $0.events } == ["snapshot", "store"])
    }

    @Test(
        "a failure in any stage ends the sync as FAILED, with its reason, and completes nothing",
        arguments: ["beginAttempt", "overtake", "reserve", "streamCompleted", "ledgerProgress"])
    func recordFails(stage: String) async throws {
        let record = ScriptedRecord(ledger: Self.applied, failures: [stage: ScriptedRecord.Broken()])
        let entry = try await run(record, ScriptedSource(.body(Self.three)), ScriptedTable([]))
        #expect(entry.status == .failed && entry.errorMessage == "scripted failure")
        #expect(!record.events.contains("complete") && record.events.last == "fail")
    }

    @Test(
        "a failure of the comparison ends it too",
        arguments: ["snapshot", "isUntouched", "prove", "store", "mark"])
    func tableFails(stage: String) async throws {
        let table = ScriptedTable(["ana", "gone"], failures: [stage: ScriptedRecord.Broken()])
        table.state.withLock { ($0.isUntouched, $0.remembered) = (false, ["gone"]) }
        let record = ScriptedRecord(ledger: Self.twoApplied)
        let entry = try await run(
            record, ScriptedSource(.body(Self.three)), table,
            policy: MissingUsersPolicy(action: .softDelete, maximumPercent: 100))
        #expect(entry.status == .failed && entry.errorMessage == "scripted failure")
        #expect(!record.events.contains("complete"))
    }

    @Test("a stream that is cut is read again, and only the whole one counts")
    func cut() async throws {
        let source = ScriptedSource(.cut(#"[{"id":1,"#), .body(Self.three))
        let record = ScriptedRecord(ledger: Self.applied)
        let entry = try await run(record, source, ScriptedTable([]))
        #expect(entry.status == .completed && source.timesOpened == 2)
        #expect(record.events.count { $0 == "beginAttempt" } == 2)
    }

    @Test("damage from the first byte to the last is counted, also where the sync fails for it")
    func nothingButDamage() async throws {
        let record = ScriptedRecord()
        let entry = try await run(record, ScriptedSource(.body("no list of users")), ScriptedTable([]))
        #expect(entry.status == .failed && entry.counters.rejected == 1)
        #expect(record.events.count { $0 == "rejects" } == 3, "one for each attempt")
    }

    @Test("a source that refuses the key ends the sync at once")
    func refused() async throws {
        let source = ScriptedSource(.failure(StreamFailure(kind: .status(401), description: "no key")))
        let entry = try await run(ScriptedRecord(), source, ScriptedTable([]))
        #expect(entry.status == .failed && source.timesOpened == 1)
        #expect(entry.errorMessage?.contains("no key") == true)
    }

    @Test("a sync whose ledger is not what was sent ends FAILED, by the statement that would complete it too")
    func incomplete() async throws {
        let record = ScriptedRecord(
            ledger: Self.applied, failures: ["complete": SyncSessionError.incomplete(syncID: 7)])
        let entry = try await run(record, ScriptedSource(.body(Self.three)), ScriptedTable([]))
        #expect(entry.status == .failed)
        #expect(entry.errorMessage?.contains("does not hold exactly the batches") == true)
    }

    @Test("a row that belongs to another sync is not written any more", arguments: ["overtake", "complete"])
    func lockLost(stage: String) async throws {
        let record = ScriptedRecord(ledger: Self.applied, failures: [stage: SyncSessionError.lockLost(syncID: 7)])
        await #expect(throws: SyncSessionError.lockLost(syncID: 7)) {
            try await run(record, ScriptedSource(.body(Self.three)), ScriptedTable([]))
        }
        #expect(!record.events.contains("fail"))
    }

    @Test("an end whose fate is not known is neither called a success nor overwritten with a failure")
    func endUnknown() async throws {
        let outage = OutageError(
            cause: PostgresError(.connectFailed, operation: "connect", message: "refused"), after: .seconds(900))
        let record = ScriptedRecord(ledger: Self.applied, failures: ["complete": outage])
        let error = await #expect(throws: EndUnknown.self) {
            try await run(record, ScriptedSource(.body(Self.three)), ScriptedTable([]))
        }
        #expect(error?.description.contains("is not known") == true)
        #expect(!record.events.contains("fail"))
    }

    @Test("told to stop, it writes its end in a hurry")
    func stopped() async throws {
        let record = ScriptedRecord()
        let source = ScriptedSource(.failure(StreamFailure(kind: .status(503), description: "busy")))
        let task = Task {
            try await run(record, source, ScriptedTable([]), clock: .live)
        }
        while source.timesOpened == 0 { await Task.yield() }
        task.cancel()
        let entry = try await task.value
        #expect(entry.status == .failed && entry.errorMessage?.hasPrefix("interrupted") == true)
        #expect(record.state.withLock { $0.isHurried })
    }

    @Test("what must refuse the sync is stored before its batches are applied, and refuses it after")
    func refusal() async throws {
        let table = ScriptedTable((1...100).map { "user\($0)" })
        let record = ScriptedRecord(ledger: Self.applied)
        let entry = try await run(
            record, ScriptedSource(.body(Self.three)), table,
            policy: MissingUsersPolicy(action: .softDelete, maximumPercent: 5))
        #expect(entry.status == .failed)
        #expect(entry.errorMessage?.hasPrefix("100 of 100 live users are missing") == true)
        #expect(table.state.withLock { $0.marked } == [] && table.state.withLock { $0.remembered } == [])
        #expect(record.events.suffix(2) == ["streamCompleted", "fail"])
        #expect(!record.state.withLock { $0.lacksBatches })
    }

    @Test("a user is marked when two complete streams in a row did not name it")
    func twoStreams() async throws {
        let table = ScriptedTable(["ana", "gone"])
        let policy = MissingUsersPolicy(action: .softDelete, maximumPercent: 50)
        for expected in [[], ["gone"]] {
            let record = ScriptedRecord(ledger: Self.twoApplied)
            let entry = try await run(record, ScriptedSource(.body(Self.three)), table, policy: policy)
            #expect(entry.status == .completed)
            #expect(table.state.withLock { $0.marked } == expected)
        }
    }

    @Test("rows that someone else has changed since they were read make the sync send everything")
    func touched() async throws {
        let table = ScriptedTable(["ana", "bia"])
        table.state.withLock { ($0.isUntouched, $0.touched) = (false, 1) }
        let record = ScriptedRecord(ledger: Self.twoApplied)
        let source = ScriptedSource(.body(ScriptedSource.users(["ana", "bia"])))
        let entry = try await run(record, source, table)
        #expect(entry.status == .completed && source.timesOpened == 2)
        #expect(table.state.withLock { $0.events } == ["snapshot", "isUntouched", "prove", "store"])
    }

    // MARK: Helpers

    func run(
        _ record: ScriptedRecord, _ source: ScriptedSource, _ table: ScriptedTable,
        policy: MissingUsersPolicy = MissingUsersPolicy(action: .keep, maximumPercent: 5),
        clock: PipelineClock? = nil, logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) async throws -> SyncLogEntry {
        let configuration = SyncConfiguration(
            legacyAPI: LegacyAPIConfiguration(
                url: "http://127.0.0.1/", key: "k", idleTimeout: .seconds(60), certificateAuthorityFile: nil),
            queueURL: InMemorySQS.queueURL, deadLetterQueueURL: nil,
            database: PostgresConfiguration(connectionString: nil, applicationName: "test"), batchSize: 1000,
            messageGroups: 1, maximumMessageBytes: 262_144, streamAttempts: 3, minimumPercent: 0,
            stallTimeout: .seconds(60), mode: .delta,
            indexFolder: IndexFolder("/tmp"), missingUsers: policy, historyDays: 90)
        return try await SyncRun(
            configuration: configuration, record: record, source: source, table: table,
            sqs: try InMemorySQS().client(), observers: [], clock: clock ?? ManualClock().clock,
            logger: logger
        ).run()
    }
}
