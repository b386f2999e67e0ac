import TestSupport

/// A database that refuses some batches for good, as far as a worker can tell: they become dead letters. One that refuses single
/// users only sets those aside.
extension SyncStack {
    /// Refuses the batches of two lanes in eight.
    package func refuseSomeBatches() async throws {
        _ = try await database.query("ALTER TABLE sync_batches ADD CONSTRAINT refused CHECK (lane % 8 NOT IN (2, 5))")
    }

    /// Mends that.
    package func acceptAllBatches() async throws {
        _ = try await database.query("ALTER TABLE sync_batches DROP CONSTRAINT refused")
    }
}
