import Postgres
package import SyncCore

/// What a sync keeps of its source.
extension SyncSession {
    /// What the streams of the last completed syncs were made of, the newest first. One that this release cannot read is left out.
    package func completedProfiles(limit: Int) async throws -> [SourceProfile] {
        try await run { [syncID] connection in
            try await connection.query(ProfileSQL.completed, [.int8(syncID), .int8(Int64(limit))]).rows.compactMap {
                try? ProfileJSON.decode(SourceProfile.self, try $0.text("profile"))
            }
        }
    }

    /// Keeps what this sync's complete stream was made of, and what had changed in it.
    /// - Parameter comparedSyncs: completed syncs that said what is usual.
    package func record(_ profile: SourceProfile, changes: [SourceChange], comparedSyncs: Int) async throws {
        let profile = try ProfileJSON.encode(profile)
        let line = SourceChange.line(changes)?.escapedToASCII
        let changes = try ProfileJSON.encode(changes)
        try await run { [syncID] connection in
            try await connection.transaction { connection in
                _ = try await connection.query(
                    ProfileSQL.insert,
                    [.int8(syncID), .text(profile), .text(changes), .int4(Int32(clamping: comparedSyncs))])
                let result = try await connection.query(
                    ProfileSQL.noteChanges, [.int8(syncID), line.map { .text($0) } ?? .null])
                try Self.expectUnderWay(result, syncID: syncID)
            }
        }
    }
}
