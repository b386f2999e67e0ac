import ServiceRuntime
import SyncCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// SyncLog rows as people and programs read them.
enum SyncLogReport {
    /// One sync, a line for each thing to know.
    /// - Parameters:
    ///   - extraKeys: the JSON keys of the extra fields that it reads.
    ///   - now: microseconds since 1970, to say for how long a sync has been under way.
    static func lines(_ entry: SyncLogEntry?, extraKeys: [String] = [], page: OutputPage, now: Int64) -> [String] {
        guard let entry else { return ["no sync has run yet"] }
        let counters = entry.counters
        let width = page.width.map { max(20, $0 - nameWidth) }
        let attempts = counters.streamAttempts == 1 ? "1 stream attempt" : "\(counters.streamAttempts) stream attempts"
        var fields = [
            ("sync", "\(entry.id)"),
            ("status", styled(entry.status, page.style)),
            ("started", timestamp(entry.startedAt)),
            ("finished", entry.finishedAt.map(timestamp) ?? "-"),
            ("duration", duration(entry, now: now)),
            ("processed", Humanized.count(Int(entry.totalProcessed))),
            (
                "received",
                "\(Humanized.count(counters.received)) (\(Humanized.bytes(counters.streamBytes)), \(attempts))"
            ),
            ("rejected", Humanized.count(counters.rejected)),
            ("duplicates", Humanized.count(counters.duplicates)),
            ("inserted", Humanized.count(counters.inserted)),
            (
                "updated",
                "\(Humanized.count(counters.updated)) (\(Humanized.count(counters.newlyDeleted)) newly deleted)"
            ),
            ("unchanged", "\(Humanized.count(counters.unchanged)) (\(Humanized.count(counters.skipped)) not sent)"),
            ("refused", Humanized.count(counters.refused)),
            ("newer", newer(counters)),
            ("missing", missing(counters)),
            (
                "batches",
                "\(Humanized.count(counters.batchesApplied)) of \(Humanized.count(counters.batchesSent)) sent are applied"
            ),
        ]
        fields += FieldList.lines(extraKeys)
        if counters.tiesLost > 0 {
            fields.append(
                ("ties", "\(Humanized.count(counters.tiesLost)) lost by late batches; the next sync settles them"))
        }
        if let changes = entry.sourceChanges { fields.append(("source", TextWidth.printable(changes))) }
        if let error = entry.errorMessage { fields.append(("error", TextWidth.printable(error))) }
        return fields.flatMap { name, value in
            let values = width.map { SyncSummary.wrap(value, columns: $0 + 1) } ?? [value]
            return values.enumerated().map { number, part in
                let label = number == 0 ? name : ""
                let padding = String(repeating: " ", count: nameWidth - label.count)
                return page.style.dim(label) + padding + part
            }
        }
    }

    /// One sync on one line, for a log of what `status --watch` saw.
    static func line(_ entry: SyncLogEntry?) -> String {
        guard let entry else { return "no sync has run yet" }
        let counters = entry.counters
        return "sync \(entry.id)  \(entry.status.rawValue)  received \(counters.received)  "
            + "applied \(counters.batchesApplied) of \(counters.batchesSent) batches  rejected \(counters.rejected)"
    }

    /// Syncs as a table, its titles first.
    static func table(_ entries: [SyncLogEntry], page: OutputPage, now: Int64) -> [String] {
        guard !entries.isEmpty else { return ["no sync has run yet"] }
        var table = TextTable([
            .init("id", .right), .init("status"), .init("started", dispensability: 1),
            .init("duration", .right, dispensability: 2), .init("received", .right, dispensability: 3),
            .init("inserted", .right, dispensability: 4), .init("updated", .right, dispensability: 5),
            .init("unchanged", .right, dispensability: 7), .init("deleted", .right, dispensability: 8),
            .init("missing", .right, dispensability: 9), .init("rejected", .right, dispensability: 6),
            .init("error", isFlexible: true),
        ]) { column, cell in column == 1 ? styled(cell, page.style) : cell }
        for entry in entries {
            let counters = entry.counters
            table.append(
                ["\(entry.id)", entry.status.rawValue, shortTimestamp(entry.startedAt), duration(entry, now: now)]
                    + [
                        counters.received, counters.inserted, counters.updated, counters.unchanged,
                        counters.newlyDeleted, counters.missing, counters.rejected,
                    ].map { $0.map(Humanized.count) ?? "-" } + [entry.errorMessage ?? ""])
        }
        return table.lines(width: page.width, ellipsis: page.ellipsis, titles: page.style)
    }

    private static let nameWidth = 12

    private static func newer(_ counters: SyncCounters) -> String {
        guard let newer = counters.newer else { return "not known" }
        let rows = "\(Humanized.count(newer)) rows are newer than their source"
        return counters.newerByMinutes.map { "\(rows), most by \($0) minutes: local time?" } ?? rows
    }

    private static func missing(_ counters: SyncCounters) -> String {
        guard let missing = counters.missing else { return "not known" }
        return "\(Humanized.count(missing)) (\(Humanized.count(counters.missingDeleted)) marked as deleted)"
    }

    private static func duration(_ entry: SyncLogEntry, now: Int64) -> String {
        if let milliseconds = entry.durationMilliseconds { return Humanized.duration(.milliseconds(milliseconds)) }
        return "\(Humanized.duration(.microseconds(now - entry.startedAt))) so far"
    }

    private static func styled(_ status: SyncStatus, _ style: TextStyle) -> String {
        switch status {
        case .completed: style.good(status.rawValue)
        case .failed: style.bad(status.rawValue)
        case .pending, .running, .processing: style.notable(status.rawValue)
        }
    }

    /// The cell of a table may be padded, or cut.
    private static func styled(_ cell: String, _ style: TextStyle) -> String {
        SyncStatus(rawValue: cell).map { styled($0, style) } ?? cell
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
        return PrintableText.json(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// RFC 3339, in UTC; a time of a year that it cannot write becomes the nearest one that it can.
    static func timestamp(_ microseconds: Int64) -> String {
        let range = RFC3339.range
        return RFC3339.text(min(max(microseconds, range.lowerBound), range.upperBound)) ?? ""
    }

    /// `2026-01-31 12:00:00Z`: short enough for a table, and plainly UTC.
    static func shortTimestamp(_ microseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(microseconds) / 1_000_000)
            .formatted(Date.ISO8601FormatStyle(dateTimeSeparator: .space))
    }

    /// This host's clock, in microseconds since 1970.
    static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }
}
