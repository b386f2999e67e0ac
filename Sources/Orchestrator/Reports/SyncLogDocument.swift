import SyncCore

/// The stable JSON form of a SyncLog row; names are those of the table's columns.
struct SyncLogDocument: Encodable {
    let entry: SyncLogEntry

    init(_ entry: SyncLogEntry) {
        self.entry = entry
    }

    private enum CodingKeys: String, CodingKey {
        case id, status, received, rejected, duplicates, inserted, updated, unchanged, refused, skipped, newer, missing
        case tiesLost = "ties_lost"
        case startedAt = "started_at"
        case finishedAt = "finished_at"
        case durationMilliseconds = "duration_ms"
        case totalProcessed = "total_processed"
        case errorMessage = "error_message"
        case newlyDeleted = "newly_deleted"
        case missingDeleted = "missing_deleted"
        case batchesSent = "batches_sent"
        case batchesApplied = "batches_applied"
        case streamAttempts = "stream_attempts"
        case streamBytes = "stream_bytes"
        case sourceChanges = "source_changes"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(entry.id, forKey: .id)
        try container.encode(entry.status.rawValue, forKey: .status)
        try container.encode(SyncLogReport.timestamp(entry.startedAt), forKey: .startedAt)
        try container.encode(entry.finishedAt.map(SyncLogReport.timestamp), forKey: .finishedAt)
        try container.encode(entry.durationMilliseconds, forKey: .durationMilliseconds)
        try container.encode(entry.totalProcessed, forKey: .totalProcessed)
        try container.encode(entry.errorMessage, forKey: .errorMessage)
        try container.encode(entry.counters.received, forKey: .received)
        try container.encode(entry.counters.rejected, forKey: .rejected)
        try container.encode(entry.counters.duplicates, forKey: .duplicates)
        try container.encode(entry.counters.inserted, forKey: .inserted)
        try container.encode(entry.counters.updated, forKey: .updated)
        try container.encode(entry.counters.newlyDeleted, forKey: .newlyDeleted)
        try container.encode(entry.counters.unchanged, forKey: .unchanged)
        try container.encode(entry.counters.refused, forKey: .refused)
        try container.encode(entry.counters.skipped, forKey: .skipped)
        try container.encode(entry.counters.newer, forKey: .newer)
        try container.encode(entry.counters.tiesLost, forKey: .tiesLost)
        try container.encode(entry.counters.missing, forKey: .missing)
        try container.encode(entry.counters.missingDeleted, forKey: .missingDeleted)
        try container.encode(entry.counters.batchesSent, forKey: .batchesSent)
        try container.encode(entry.counters.batchesApplied, forKey: .batchesApplied)
        try container.encode(entry.counters.streamAttempts, forKey: .streamAttempts)
        try container.encode(entry.counters.streamBytes, forKey: .streamBytes)
        try container.encode(entry.sourceChanges, forKey: .sourceChanges)
    }
}
