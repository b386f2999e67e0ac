import SyncCore

/// What a sync changed, as people and programs read it. Names in JSON and CSV are stable.
struct ChangeReport: Encodable, Equatable {
    enum Format: String, CaseIterable, Sendable {
        case text, json, csv
    }

    let syncID: Int64
    let status: String
    let received: Int
    let inserted: Int
    let updated: Int
    /// Of the updated: users that the source has marked as deleted since.
    let newlyDeleted: Int
    let unchanged: Int
    /// Of the unchanged: users that were not even sent.
    let skipped: Int
    let duplicates: Int
    let rejected: Int
    /// Users whom the database refused.
    let refused: Int
    /// Users whose row is newer than all that the source says; nil when that is not known.
    let newer: Int?
    /// Live users that the source no longer names; nil when that is not known.
    let missing: Int?
    /// Of the missing: users that were marked as deleted for it.
    let missingDeleted: Int
    /// The JSON keys of the extra fields that were compared; for people alone.
    let extraKeys: [String]

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case syncID = "sync_id"
        case status, received, inserted, updated
        case newlyDeleted = "newly_deleted"
        case unchanged, skipped, duplicates, rejected, missing
        case missingDeleted = "missing_deleted"
        case refused, newer
    }

    init(_ entry: SyncLogEntry, extraKeys: [String] = []) {
        let counters = entry.counters
        self.extraKeys = extraKeys
        syncID = entry.id
        status = entry.status.rawValue
        received = counters.received
        inserted = counters.inserted
        updated = counters.updated
        newlyDeleted = counters.newlyDeleted
        unchanged = counters.unchanged
        skipped = counters.skipped
        duplicates = counters.duplicates
        rejected = counters.rejected
        refused = counters.refused
        newer = counters.newer
        missing = counters.missing
        missingDeleted = counters.missingDeleted
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(syncID, forKey: .syncID)
        try container.encode(status, forKey: .status)
        try container.encode(received, forKey: .received)
        try container.encode(inserted, forKey: .inserted)
        try container.encode(updated, forKey: .updated)
        try container.encode(newlyDeleted, forKey: .newlyDeleted)
        try container.encode(unchanged, forKey: .unchanged)
        try container.encode(skipped, forKey: .skipped)
        try container.encode(duplicates, forKey: .duplicates)
        try container.encode(rejected, forKey: .rejected)
        // Present also when it is not known.
        try container.encode(missing, forKey: .missing)
        try container.encode(missingDeleted, forKey: .missingDeleted)
        try container.encode(refused, forKey: .refused)
        try container.encode(newer, forKey: .newer)
    }

    func rendered(as format: Format) throws -> String {
        switch format {
        case .text: text
        case .json: try SyncLogReport.encode(self)
        case .csv: csv
        }
    }

    /// Every value is a number or a word without a comma: nothing needs quotes.
    private var csv: String {
        let values =
            ["\(syncID)", status]
            + [received, inserted, updated, newlyDeleted, unchanged, skipped, duplicates, rejected].map(String.init)
            + [missing.map(String.init) ?? "", "\(missingDeleted)", "\(refused)", newer.map(String.init) ?? ""]
        return CodingKeys.allCases.map(\.rawValue).joined(separator: ",") + "\n" + values.joined(separator: ",")
    }

    private var text: String {
        let fields =
            [("sync", "\(syncID) (\(status))")] + FieldList.lines(extraKeys) + [
                ("received", "\(received)"),
                ("inserted", "\(inserted)"),
                ("updated", "\(updated), \(newlyDeleted) of them newly deleted"),
                ("unchanged", "\(unchanged), \(skipped) of them not even sent"),
                ("duplicates", "\(duplicates)"),
                ("rejected", "\(rejected)"),
                ("refused", "\(refused) users whom the database refused"),
                ("newer", newer.map { "\($0) users whose row is newer than the source" } ?? "not known"),
                (
                    "missing",
                    missing.map {
                        "\($0) live users the source does not name, \(missingDeleted) marked as deleted for it"
                    }
                        ?? "not known"
                ),
            ]
        return fields.map { name, value in name + String(repeating: " ", count: 12 - name.count) + value }
            .joined(separator: "\n")
    }
}
