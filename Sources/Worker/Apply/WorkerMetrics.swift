import CoreMetrics
import ServiceRuntime

/// The worker's instruments; `docs/metrics.md` says what each one means.
struct WorkerMetrics: Sendable {
    private let usersApplied: Counter
    private let batchesApplied: Counter
    private let batchesRepeated: Counter
    private let batchesRejected: Counter
    private let batchesDeadLettered: Counter
    private let databaseRetries: Counter
    private let pollFailures: Counter
    private let upsertLatency: Recorder
    private let outageTime: Recorder

    /// - Parameter factory: the backend; `MetricsSystem.factory` in the program.
    init(factory: any MetricsFactory) {
        usersApplied = Counter(.usersApplied, factory: factory)
        batchesApplied = Counter(.batchesApplied, factory: factory)
        batchesRepeated = Counter(.batchesRepeated, factory: factory)
        batchesRejected = Counter(.batchesRejected, factory: factory)
        batchesDeadLettered = Counter(.batchesDeadLettered, factory: factory)
        databaseRetries = Counter(.databaseRetries, factory: factory)
        pollFailures = Counter(.pollFailures, factory: factory)
        upsertLatency = Recorder(.upsertLatency, factory: factory)
        outageTime = Recorder(.outageTime, factory: factory)
    }

    /// A batch of that many users was applied, and is in the ledger.
    func applied(users: Int, took: Duration) {
        usersApplied.increment(by: users)
        batchesApplied.increment()
        upsertLatency.record(took, of: .upsertLatency)
    }

    /// A batch needed nothing: it was applied before, or its sync was overtaken.
    func repeated() { batchesRepeated.increment() }

    /// A batch could not be applied.
    /// - Parameter isFinal: it goes to the dead-letter queue.
    func rejected(isFinal: Bool) {
        batchesRejected.increment()
        if isFinal { batchesDeadLettered.increment() }
    }

    /// The worker has been waiting for so long for what it depends on.
    func waiting(for duration: Duration) { outageTime.record(duration, of: .outageTime) }

    /// A try at a batch failed for a reason that names the world, or a probe failed. It is made again.
    func retriesDatabase() { databaseRetries.increment() }

    func pollFailed() { pollFailures.increment() }
}
