import Backoff
import CoreMetrics
import Logging
import Synchronization

@testable import Worker

/// One consumer between a scripted queue and a scripted database, on a clock that does not wait.
struct ConsumerBench {
    let queue: ScriptedQueue
    let database: ScriptedDatabase
    let gate: WorldGate
    let shutdown: ShutdownFlag
    let health: WorkerHealth
    /// The waits that were asked for.
    let pauses: Pauses
    let consumer: QueueConsumer

    init(
        _ receives: [ScriptedQueue.Receive], maximumReceives: Int? = 5, database: ScriptedDatabase = ScriptedDatabase(),
        shutdown: ShutdownFlag = ShutdownFlag()
    ) async throws {
        let queue = ScriptedQueue(receives, maximumReceives: maximumReceives, exhausted: { shutdown.begin() })
        try await self.init(queue: queue, database: database, shutdown: shutdown)
    }

    init(queue: ScriptedQueue, database: ScriptedDatabase, shutdown: ShutdownFlag) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let metrics = WorkerMetrics(factory: NOOPMetricsHandler.instance)
        let pauses = Pauses()
        self.shutdown = shutdown
        self.database = database
        self.pauses = pauses
        self.queue = queue
        gate = WorldGate(
            backoff: Backoff(base: .microseconds(100), cap: .milliseconds(1)), shutdown: shutdown, metrics: metrics,
            logger: logger, probe: { try await database.probe() })
        health = WorkerHealth(consumers: 1...1, gate: gate)
        let workQueue = try await queue.workQueue()
        consumer = QueueConsumer(
            queue: workQueue,
            applier: BatchApplier(
                database: database, maximumReceives: workQueue.maximumReceives, metrics: metrics, logger: logger),
            gate: gate, shutdown: shutdown, metrics: metrics, pulse: ConsumerPulse(health: health, consumer: 1),
            pause: { pauses.add($0) })
    }

    /// Runs the consumer until the scripted receives are used up.
    func run() async { await consumer.run() }
}

final class Pauses: Sendable {
    private let durations = Mutex<[Duration]>([])

    var all: [Duration] { durations.withLock { $0 } }

    func add(_ duration: Duration) { durations.withLock { $0.append(duration) } }
}

/// Something that happens once, and can be waited for.
final class Signal: Sendable {
    private let state = Mutex<(isSet: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    func set() {
        let waiters = state.withLock { state in
            state.isSet = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isSet = state.withLock { state in
                if !state.isSet { state.waiters.append(continuation) }
                return state.isSet
            }
            if isSet { continuation.resume() }
        }
    }
}
