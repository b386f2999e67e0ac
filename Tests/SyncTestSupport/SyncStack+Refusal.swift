import TestSupport

/// A database that refuses some users for good, as far as a worker can tell: their batches become dead letters.
extension SyncStack {
    /// Refuses one user in 400 or so.
    package func refuseSomeUsers() async throws {
        _ = try await database.query(
            "ALTER TABLE users ADD CONSTRAINT refused CHECK (abs(hashtext(user_name)) % 400 <> 0)")
    }

    /// Mends that.
    package func acceptAllUsers() async throws {
        _ = try await database.query("ALTER TABLE users DROP CONSTRAINT refused")
    }
}
