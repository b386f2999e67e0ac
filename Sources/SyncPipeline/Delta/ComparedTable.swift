package import SyncCore
package import SyncStorage

/// The users table as a whole, as the delta compares the stream with it.
///
/// `UserTable` reads it from PostgreSQL; the unit tests of the delta keep it in memory.
package protocol ComparedTable: Sendable {
    /// Microseconds per step of the column that holds `createdAt`.
    func versionUnit() async throws -> Int64
    func snapshot(_ hasher: UserHasher, in place: IndexFolder) async throws -> UserTableSnapshot
    func isUntouched(since moment: UserTableSnapshot.Moment, butBy syncID: Int64) async throws -> Bool
    func prove(_ filter: DeltaFilter) async throws -> DeltaProof
    func store(
        _ verdict: SyncVerdict, _ filter: DeltaFilter?, counters: SyncCounters, syncID: Int64
    ) async throws -> SyncVerdict.Outcome
    func markMissedAgain(_ filter: DeltaFilter, syncID: Int64) async throws
}

extension UserTable: ComparedTable {}
