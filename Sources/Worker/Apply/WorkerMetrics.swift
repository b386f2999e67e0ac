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

    /// The database was not available for a batch, which is tried again.
    func retriesDatabase() { databaseRetries.increment() }

    func pollFailed() { pollFailures.increment() }
}
