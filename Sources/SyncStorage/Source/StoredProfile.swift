package import Postgres
package import SyncCore

/// What the stream of a sync was made of, as it is kept.
package struct StoredProfile: Sendable, Equatable {
    package let syncID: Int64
    package let status: SyncStatus
    /// Microseconds since 1970-01-01T00:00:00Z.
    package let startedAt: Int64
    package let profile: SourceProfile
    /// Users that lost to another record of the same userName; nil while the sync is under way.
    package let duplicates: Int?
    package let changes: [SourceChange]
    /// Completed syncs that said what is usual; 0: there was nothing to compare with.
    package let comparedSyncs: Int

    package init(
        syncID: Int64, status: SyncStatus, startedAt: Int64, profile: SourceProfile, duplicates: Int?,
        changes: [SourceChange], comparedSyncs: Int
    ) {
        self.syncID = syncID
        self.status = status
        self.startedAt = startedAt
        self.profile = profile
        self.duplicates = duplicates
        self.changes = changes
        self.comparedSyncs = comparedSyncs
    }

    /// - Parameter syncID: nil for the newest sync that has one.
    /// - Returns: nil when that sync has none: its stream was never complete, or its history has ended.
    package static func find(_ syncID: Int64?, on connection: PostgresConnection) async throws -> StoredProfile? {
        try await connection.query(ProfileSQL.find, [syncID.map { .int8($0) } ?? .null]).rows.first.map { row in
            StoredProfile(
                syncID: try row.int8("sync_id"), status: SyncStatus(rawValue: try row.text("status")) ?? .failed,
                startedAt: try row.utcTime("started_at"),
                profile: try ProfileJSON.decode(SourceProfile.self, try row.text("profile")),
                duplicates: try row.bool("has_ended") ? try row.int("duplicates") : nil,
                changes: try ProfileJSON.decode([SourceChange].self, try row.text("changes")),
                comparedSyncs: try row.int("compared_syncs"))
        }
    }
}
