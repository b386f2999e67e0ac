package import Postgres
package import SyncCore

/// Which fields a sync read beyond the five of every user.
package enum SyncedFields {
    /// The JSON keys, in the order of the setting: of a sync under way as they are recorded now, later as its profile names them.
    ///
    /// - Returns: empty also when that is not known: for a sync without a profile, or where a right is missing. What else is known of a
    ///   sync is shown all the same.
    package static func keys(of entry: SyncLogEntry, on connection: PostgresConnection) async throws -> [String] {
        do {
            if let stored = try await StoredProfile.find(entry.id, on: connection) {
                let ofEveryUser = Set(UserField.all.map(\.jsonKey))
                return stored.profile.fields.map(\.name).filter { !ofEveryUser.contains($0) }
            }
            guard !entry.status.isFinal else { return [] }
            return try await RecordedFields.inUse(connection).fields.map(\.jsonKey)
        } catch let error as PostgresError where error.code == .server {
            return []
        }
    }
}
