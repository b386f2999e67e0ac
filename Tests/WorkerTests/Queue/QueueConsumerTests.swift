import Postgres
import SyncCore
import SyncStorage
import Testing

@testable import Worker

@Suite("A consumer of the queue")
struct QueueConsumerTests {
    private func messages(_ numbers: ClosedRange<Int>, lane: Int = 0, receives: Int = 1) -> [TestMessage] {
        numbers.map { TestMessage($0, lane: lane, receives: receives) }
    }

    // MARK: Order

    @Test("the batches of each lane are applied in order, and deleted together")
    func order() async throws {
        let received = [
            TestMessage(1, lane: 1), TestMessage(2, lane: 2), TestMessage(3, lane: 1), TestMessage(4, lane: 2),
        ]
        let bench = try await ConsumerBench([.messages(received)])
        await bench.run()
        #expect(bench.database.applied == ["1", "3", "2", "4"])
        #expect(bench.queue.changes == ["delete m1 m3 m2 m4"])
    }

    @Test(
        "a batch that fails for a passing reason is tried again before its lane goes on; nothing is given back",
        arguments: ["40P01", "40001", "55P03", "57014"])
    func passingFailure(sqlState: String) async throws {
        let database = ScriptedDatabase { batch, tries in
            if batch == 1, tries < 3 { throw PostgresError.server(sqlState) }
            return ScriptedDatabase.success
        }
        let bench = try await ConsumerBench([.messages(messages(1...3))], database: database)
        await bench.run()
        #expect(database.events == ["1!", "probe", "1!", "probe", "1!", "probe", "1", "2", "3"])
        #expect(bench.queue.changes == ["delete m1 m2 m3"])
        #expect(database.failures == [])
    }

    @Test("batches that were applied before, and those of an overtaken sync, are deleted")
    func repeated() async throws {
        let database = ScriptedDatabase { batch, _ in batch == 1 ? .alreadyApplied : .overtaken }
        let bench = try await ConsumerBench([.messages(messages(1...2))], database: database)
        await bench.run()
        #expect(bench.queue.changes == ["delete m1 m2"])
    }

    // MARK: Refusal

    @Test("of five batches the third is refused: it and those behind it wait, in order; other lanes go on")
    func refusal() async throws {
        let database = ScriptedDatabase { batch, _ in
            if batch == 3 { throw PostgresError.server("22P03") }
            return ScriptedDatabase.success
        }
        let bench = try await ConsumerBench(
            [.messages(messages(1...5, receives: 2) + messages(6...7, lane: 1))], database: database)
        await bench.run()
        #expect(database.applied == ["1", "2", "6", "7"])
        #expect(bench.queue.changes == ["delete m1 m2 m6 m7", "hide m3 m4 m5 for 2"])
        #expect(database.failures.map(\.batchNumber) == [3])
        #expect(database.failures.allSatisfy { !$0.isFinal && $0.receiveCount == 2 })
    }

    @Test("a batch that is refused at its last receive is given up: on record as final, and its lane passes")
    func givenUp() async throws {
        let database = ScriptedDatabase { batch, _ in
            if batch == 1 { throw PostgresError.server("22P03") }
            return ScriptedDatabase.success
        }
        let bench = try await ConsumerBench([.messages(messages(1...3, receives: 5))], database: database)
        await bench.run()
        #expect(database.events == ["1!", "record 1", "2", "3"])
        #expect(bench.queue.changes == ["delete m2 m3", "hide m1 for 0"])
        #expect(database.failures.map(\.isFinal) == [true])
    }

    @Test("without a redrive policy no receive is the last")
    func noRedrivePolicy() async throws {
        let database = ScriptedDatabase { _, _ in throw PostgresError.server("22P03") }
        let bench = try await ConsumerBench(
            [.messages(messages(1...2, receives: 1000))], maximumReceives: nil, database: database)
        await bench.run()
        #expect(bench.queue.changes == ["hide m1 m2 for 60"])
    }

    @Test("before a lane passes, the reason is on record: an outage then is waited for")
    func recordFirst() async throws {
        let database = ScriptedDatabase(record: { before in if before < 2 { throw PostgresError.unreachable } }) {
            batch, _ in
            if batch == 1 { throw PostgresError.server("22P03") }
            return ScriptedDatabase.success
        }
        let bench = try await ConsumerBench([.messages(messages(1...2, receives: 5))], database: database)
        await bench.run()
        #expect(
            database.events.filter { $0.hasPrefix("record") || $0 == "2" } == [
                "record 1!", "record 1!", "record 1", "2",
            ])
    }

    @Test("what is not ours is hidden, its lane goes on, and nobody is told about a batch")
    func foreign() async throws {
        let foreign = TestMessage(1, body: "hello", deduplicationID: "other")
        let newer = TestMessage(2, body: "user-sync/9\t1\t1\t0\t1\n", deduplicationID: "other2")
        let bench = try await ConsumerBench([.messages([foreign, newer, TestMessage(3)])])
        await bench.run()
        #expect(bench.database.events == ["3"])
        #expect(bench.queue.changes == ["delete m3", "hide m1 m2 for 1"])
    }

    @Test("a damaged batch of ours is on record by its names, and holds its lane like any other")
    func damaged() async throws {
        let bench = try await ConsumerBench([
            .messages([TestMessage(7, body: "user-sync/1\t1\t7\t0\t2\n1"), TestMessage(8)])
        ])
        await bench.run()
        #expect(bench.database.events == ["record 7"])
        #expect(bench.queue.changes == ["hide m7 m8 for 1"])
    }

    // MARK: The world

    @Test(
        "while the database is unavailable nothing is received, nothing is given back, and all of it is applied afterwards",
        arguments: ["28000", "28P01", "3D000", "25006", "53100", "53300", "57P03", "42501", "42P01", "unreachable"])
    func outage(sqlState: String) async throws {
        let error = sqlState == "unreachable" ? PostgresError.unreachable : .server(sqlState)
        let database = ScriptedDatabase(probe: { before in if before < 20 { throw error } }) { batch, tries in
            if batch == 2, tries == 0 { throw error }
            return ScriptedDatabase.success
        }
        let bench = try await ConsumerBench(
            [.messages(messages(1...3)), .messages(messages(4...4))], database: database)
        await bench.run()
        #expect(database.applied == ["1", "2", "3", "4"])
        #expect(database.events.count { $0 == "probe!" } == 20)
        #expect(bench.queue.events == ["receive", "delete m1 m2 m3", "receive", "delete m4", "receive"])
        #expect(database.failures == [])
        #expect(bench.gate.outage == nil)
    }

    @Test("a batch that alone keeps failing while the database is sound is the batch's own fault")
    func poison() async throws {
        let database = ScriptedDatabase { batch, _ in
            if batch == 1 { throw PostgresError.server("57014") }
            return ScriptedDatabase.success
        }
        let bench = try await ConsumerBench(
            [.messages(messages(1...2) + messages(3...3, lane: 1))], database: database)
        await bench.run()
        #expect(database.events == ["1!", "probe", "1!", "probe", "1!", "probe", "1!", "record 1", "3"])
        #expect(bench.queue.changes == ["delete m3", "hide m1 m2 for 1"])
        #expect(database.failures.first?.cause.contains("57014") == true)
        // Spread over seconds, so that a short disturbance convicts no batch.
        #expect(bench.pauses.all.reduce(.zero, +) > .milliseconds(2_500))
    }

    @Test("a full disk that the probe does not see convicts no batch")
    func diskFull() async throws {
        let database = ScriptedDatabase { _, tries in
            if tries < 30 { throw PostgresError.server("53100") }
            return ScriptedDatabase.success
        }
        let bench = try await ConsumerBench([.messages(messages(1...1))], database: database)
        await bench.run()
        #expect(database.applied == ["1"])
        #expect(database.failures == [])
        #expect(bench.queue.changes == ["delete m1"])
    }

    @Test("a batch of a newer release is kept for a worker that can read it: given back untouched, and not on record")
    func newerRelease() async throws {
        let shutdown = ShutdownFlag()
        let newer = TestMessage(1, body: "user-sync/9\t1\t1\t0\t1\nanything\n")
        let bench = try await ConsumerBench([.messages([newer, TestMessage(2)])], shutdown: shutdown)
        let running = Task { await bench.run() }
        while bench.gate.outage?.dependency != .release { await Task.yield() }
        #expect(bench.gate.outage?.reason.contains("version 9") == true)
        // Stops receiving, and holds.
        #expect(bench.queue.events == ["receive"])
        shutdown.begin()
        await running.value
        #expect(bench.database.events == [])
        #expect(bench.queue.events == ["receive", "hide m2 m1 for 0"])
    }

    @Test(
        "a queue that is unavailable is asked again for ever",
        arguments: [(403, "AccessDeniedException"), (400, "QueueDoesNotExist"), (503, "ServiceUnavailable")])
    func queueUnavailable(status: Int, code: String) async throws {
        let refusals = [ScriptedQueue.Receive](repeating: .refused(status: status, code: code), count: 50)
        let bench = try await ConsumerBench(refusals + [.messages(messages(1...1))])
        await bench.run()
        #expect(bench.database.applied == ["1"])
        #expect(bench.pauses.all.count == 50)
        #expect(bench.pauses.all.allSatisfy { $0 <= .seconds(20) })
        #expect(bench.gate.outage == nil)
    }

    // MARK: Shutdown

    @Test("told to stop, it finishes the batch under way and gives the rest back at once, the last one first")
    func shutdown() async throws {
        let shutdown = ShutdownFlag()
        let database = ScriptedDatabase(applying: { _ in shutdown.begin() })
        let bench = try await ConsumerBench([.messages(messages(1...3))], database: database, shutdown: shutdown)
        await bench.run()
        #expect(database.events == ["1"])
        #expect(bench.queue.events == ["receive", "delete m1", "hide m3 m2 for 0"])
    }

    @Test("told to stop during a poll, it applies what the poll brings, lane by lane, and polls no more")
    func lastPoll() async throws {
        let shutdown = ShutdownFlag()
        let queue = ScriptedQueue(
            [.messages(messages(1...3)), .messages(messages(4...5))],
            arriving: { if $0 == "receive" { shutdown.begin() } }, exhausted: {})
        let bench = try await ConsumerBench(queue: queue, database: ScriptedDatabase(), shutdown: shutdown)
        await bench.run()
        #expect(bench.database.applied == ["1", "2", "3"])
        #expect(bench.queue.events == ["receive", "delete m1 m2 m3"])
    }

    @Test(
        "what the last poll brings is given back untouched when the database is away, and from the first that fails on")
    func lastPollInOutage() async throws {
        for failsAt: Int64 in 1...2 {
            let shutdown = ShutdownFlag()
            let queue = ScriptedQueue(
                [.messages(messages(1...3))], arriving: { if $0 == "receive" { shutdown.begin() } }, exhausted: {})
            let database = ScriptedDatabase(applying: { if $0 == failsAt { throw PostgresError.unreachable } })
            let bench = try await ConsumerBench(queue: queue, database: database, shutdown: shutdown)
            await bench.run()
            #expect(
                bench.queue.changes
                    == (failsAt == 1 ? ["hide m3 m2 m1 for 0"] : ["delete m1", "hide m3 m2 for 0"]))
            #expect(database.failures == [])
        }
    }

    @Test("told to stop in an outage, it gives everything back and does not wait for the end of it")
    func shutdownInOutage() async throws {
        let shutdown = ShutdownFlag()
        let database = ScriptedDatabase(probe: { before in
            if before == 5 { shutdown.begin() }
            throw PostgresError.unreachable
        }) { _, _ in throw PostgresError.unreachable }
        let bench = try await ConsumerBench([.messages(messages(1...2))], database: database, shutdown: shutdown)
        await bench.run()
        #expect(bench.queue.events == ["receive", "hide m2 m1 for 0"])
        #expect(database.failures == [])
    }

    @Test("cut off at the end of the grace period, what it holds is given back all the same")
    func cancelled() async throws {
        let isAtWork = Signal()
        let database = ScriptedDatabase(applying: { _ in
            isAtWork.set()
            try await Task.sleep(for: .seconds(600))
        })
        let bench = try await ConsumerBench([.messages(messages(1...2))], database: database)
        let running = Task { await bench.run() }
        await isAtWork.wait()
        running.cancel()
        await running.value
        #expect(bench.queue.changes == ["hide m2 m1 for 0"])
    }
}
