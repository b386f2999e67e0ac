import Postgres
import SyncCore
import SyncStorage

/// What applying messages needs of the database. Tests script it.
protocol WorkerDatabase: Sendable {
    /// Applies one batch in one transaction with its ledger row.
    func apply(_ batch: DecodedBatch) async throws -> BatchOutcome
    /// Puts on record why a batch cannot be applied.
    func record(_ failure: FailedBatch) async throws
    /// Does what applying a batch does, with nothing of a batch in it. Throws when no batch can be applied.
    func probe() async throws
}

/// The database itself.
struct StoredBatches: WorkerDatabase {
    private let store: BatchStore
    private let failures: FailedBatchStore
    private let rehearsal: ApplyProbe

    /// - Parameter pool: connections made with `PostgresConfiguration.forBatches`.
    init(pool: PostgresPool) {
        let fields = MessageFields()
        store = BatchStore(pool: pool, fields: fields)
        failures = FailedBatchStore(pool: pool)
        rehearsal = ApplyProbe(pool: pool, fields: fields)
    }

    func apply(_ batch: DecodedBatch) async throws -> BatchOutcome { try await store.apply(batch) }

    func record(_ failure: FailedBatch) async throws { try await failures.record(failure) }

    func probe() async throws { try await rehearsal.run() }
}
