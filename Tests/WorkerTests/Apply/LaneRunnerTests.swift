import Backoff
import CoreMetrics
import Logging
import Postgres
import SyncCore
import SyncStorage
import Testing

@testable import Worker

@Suite("Working off a lane")
struct LaneRunnerTests {
    private func run(
        _ database: ScriptedDatabase, policy: LanePolicy, deadline: ContinuousClock.Instant? = nil,
        maximumReceives: Int? = 5
    ) async -> [String] {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let metrics = WorkerMetrics(factory: NOOPMetricsHandler.instance)
        let runner = LaneRunner(
            applier: BatchApplier(
                database: database, maximumReceives: maximumReceives, metrics: metrics, logger: logger),
            gate: WorldGate(
                backoff: Backoff(base: .microseconds(100), cap: .milliseconds(1)), shutdown: ShutdownFlag(),
                metrics: metrics,
                logger: logger, probe: { try await database.probe() }),
            stop: ShutdownFlag(), pulse: nil, pause: { _ in })
        var lane = LaneRunner.Lane((1...3).map { TestMessage($0).received }, policy: policy)
        var ended: [String] = []
        await runner.work(on: &lane, until: deadline) { received, end in if end == .done { ended.append("\(received)") }
        }
        #expect(ended == lane.fates.filter { $0.fate == .delete }.map { "\($0.message)" })
        return lane.fates.map { "\($0.message):\($0.fate)" }
    }

    @Test("the queue's worker and the one in Lambda decide alike about a lane", arguments: [1, 2, 3])
    func alike(refused: Int64) async {
        func database() -> ScriptedDatabase {
            ScriptedDatabase { batch, _ in
                if batch == refused { throw PostgresError.server("22P03") }
                return ScriptedDatabase.success
            }
        }
        let (queue, lambda) = (database(), database())
        let queueFates = await run(queue, policy: .queue)
        let lambdaFates = await run(lambda, policy: .lambda)
        #expect(queue.events == lambda.events)
        #expect(queueFates.map { $0.hasSuffix("delete") } == lambdaFates.map { $0.hasSuffix("delete") })
    }

    @Test("at the end of the hold what was not applied is given back, and no sooner")
    func hold() async {
        let database = ScriptedDatabase(probe: { _ in throw PostgresError.unreachable }) { batch, _ in
            if batch > 1 { throw PostgresError.unreachable }
            return ScriptedDatabase.success
        }
        let fates = await run(database, policy: .queue, deadline: ContinuousClock.now + .milliseconds(30))
        #expect(database.events.contains("probe!"))
        #expect(fates == ["m1:delete", "m2:handBack(after: 0.0 seconds)", "m3:handBack(after: 0.0 seconds)"])
    }

    @Test("a refusal that cannot be put on record although batches can be applied is told by the log alone")
    func noRecord() async {
        let database = ScriptedDatabase(record: { _ in throw PostgresError.server("42501") }) { batch, _ in
            if batch == 1 { throw PostgresError.server("22P03") }
            return ScriptedDatabase.success
        }
        let fates = await run(database, policy: .queue, maximumReceives: 1)
        #expect(database.events.count { $0 == "record 1!" } == 5)
        #expect(fates == ["m1:handBack(after: 0.0 seconds)", "m2:delete", "m3:delete"])
    }
}
