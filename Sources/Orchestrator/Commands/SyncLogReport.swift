import SyncCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// SyncLog rows as people and programs read them.
enum SyncLogReport {
    static func text(_ entry: SyncLogEntry?) -> String {
        guard let entry else { return "no sync has run yet" }
        let counters = entry.counters
        var lines = [
            ("sync", "\(entry.id)"),
            ("status", entry.status.rawValue),
            ("started", timestamp(entry.startedAt)),
            ("finished", entry.finishedAt.map(timestamp) ?? "-"),
            ("duration", entry.durationMilliseconds.map(seconds) ?? "-"),
            ("processed", "\(entry.totalProcessed)"),
            (
                "received",
                "\(counters.received) (\(counters.streamBytes) bytes, \(counters.streamAttempts) stream attempts)"
            ),
            ("rejected", "\(counters.rejected)"),
            ("duplicates", "\(counters.duplicates)"),
            ("inserted", "\(counters.inserted)"),
            ("updated", "\(counters.updated)"),
            ("unchanged", "\(counters.unchanged)"),
            ("batches", "\(counters.batchesApplied) of \(counters.batchesSent) sent are applied"),
        ]
        if let error = entry.errorMessage { lines.append(("error", error)) }
        return lines.map { name, value in
            name + String(repeating: " ", count: 12 - name.count) + value
        }.joined(separator: "\n")
    }

    static func table(_ entries: [SyncLogEntry]) -> String {
        guard !entries.isEmpty else { return "no sync has run yet" }
        let header = ["id", "status", "started", "duration", "received", "inserted", "updated", "rejected", "error"]
        let rows =
            [header]
            + entries.map { entry in
                [
                    "\(entry.id)", entry.status.rawValue, timestamp(entry.startedAt),
                    entry.durationMilliseconds.map(seconds) ?? "-", "\(entry.counters.received)",
                    "\(entry.counters.inserted)", "\(entry.counters.updated)", "\(entry.counters.rejected)",
                    entry.errorMessage ?? "",
                ]
            }
        let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    static func json(_ entry: SyncLogEntry?) throws -> String {
        try encode(entry.map(SyncLogDocument.init))
    }

    static func json(_ entries: [SyncLogEntry]) throws -> String {
        try encode(entries.map(SyncLogDocument.init))
    }

    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func timestamp(_ microseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(microseconds) / 1_000_000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
    }
}

/// The stable JSON form of a SyncLog row; names are those of the table's columns.
private struct SyncLogDocument: Encodable {
    let entry: SyncLogEntry

    init(_ entry: SyncLogEntry) {
        self.entry = entry
    }

    private enum CodingKeys: String, CodingKey {
        case id, status, received, rejected, duplicates, inserted, updated, unchanged
        case startedAt = "started_at"
        case finishedAt = "finished_at"
        case durationMilliseconds = "duration_ms"
        case totalProcessed = "total_processed"
        case errorMessage = "error_message"
        case batchesSent = "batches_sent"
        case batchesApplied = "batches_applied"
        case streamAttempts = "stream_attempts"
        case streamBytes = "stream_bytes"
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
        try container.encode(entry.counters.unchanged, forKey: .unchanged)
        try container.encode(entry.counters.batchesSent, forKey: .batchesSent)
        try container.encode(entry.counters.batchesApplied, forKey: .batchesApplied)
        try container.encode(entry.counters.streamAttempts, forKey: .streamAttempts)
        try container.encode(entry.counters.streamBytes, forKey: .streamBytes)
    }
}
