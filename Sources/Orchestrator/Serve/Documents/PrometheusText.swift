import SyncCore

/// What a monitoring system reads: the SyncLog and the running sync, in Prometheus' text format 0.0.4.
struct PrometheusText {
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    let countsByStatus: [SyncStatus: Int]
    let newest: SyncLogEntry?
    let newestCompleted: SyncLogEntry?

    var text: String {
        var lines: [String] = []
        func family(_ name: String, _ type: String, _ help: String, _ samples: [(labels: String, value: String)]) {
            guard !samples.isEmpty else { return }
            lines.append("# HELP \(name) \(help)")
            lines.append("# TYPE \(name) \(type)")
            for sample in samples { lines.append("\(name)\(sample.labels) \(sample.value)") }
        }
        func gauge(_ name: String, _ help: String, _ value: String?) {
            family(name, "gauge", help, value.map { [(labels: "", value: $0)] } ?? [])
        }
        family(
            "user_sync_syncs", "gauge", "Syncs in the SyncLog by status.",
            SyncStatus.allCases.map { ("{status=\"\($0.rawValue)\"}", "\(countsByStatus[$0, default: 0])") })
        gauge("user_sync_running", "1 while a sync is under way.", newest.map { $0.status.isFinal ? "0" : "1" } ?? "0")
        gauge(
            "user_sync_last_completed_timestamp_seconds", "When the newest completed sync finished.",
            newestCompleted?.finishedAt.map { Self.decimal($0, digits: 6) })
        gauge(
            "user_sync_last_completed_duration_seconds", "How long the newest completed sync took.",
            newestCompleted?.durationMilliseconds.map { Self.decimal($0, digits: 3) })
        if let newest {
            let counters = newest.counters
            gauge("user_sync_newest_id", "Id of the newest sync; the values below are of that one.", "\(newest.id)")
            for (name, help, value) in [
                ("received", "Users received.", Int64(counters.received)),
                ("rejected", "Damaged pieces of the stream.", Int64(counters.rejected)),
                ("duplicates", "Users that lost to another record of the same name.", Int64(counters.duplicates)),
                ("inserted", "Rows created.", Int64(counters.inserted)),
                ("updated", "Rows changed.", Int64(counters.updated)),
                (
                    "newly_deleted", "Of the updated: users that the source has marked as deleted since.",
                    Int64(counters.newlyDeleted)
                ),
                ("unchanged", "Users that needed no write.", Int64(counters.unchanged)),
                ("refused", "Users whom the database refused.", Int64(counters.refused)),
                (
                    "ties_lost", "Of the unchanged: records of late batches that lost a tie.", Int64(counters.tiesLost)
                ),
                ("skipped", "Of the unchanged: users that were not sent.", Int64(counters.skipped)),
                (
                    "missing_deleted", "Users marked as deleted since the source no longer names them.",
                    Int64(counters.missingDeleted)
                ),
                ("batches_sent", "Batches that the queue accepted.", Int64(counters.batchesSent)),
                ("batches_applied", "Batches in the ledger.", Int64(counters.batchesApplied)),
                ("stream_attempts", "How often the stream was opened.", Int64(counters.streamAttempts)),
                ("stream_bytes", "Bytes read in the latest attempt.", counters.streamBytes),
            ] {
                gauge("user_sync_newest_\(name)", help, "\(value)")
            }
            gauge(
                "user_sync_newest_newer", "Users whose row is newer than all that the source says.",
                counters.newer.map { "\($0)" })
            gauge(
                "user_sync_newest_missing", "Live users that the source no longer names.",
                counters.missing.map { "\($0)" })
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A whole number of the smallest unit as a decimal of the unit, without rounding.
    static func decimal(_ value: Int64, digits: Int) -> String {
        let text = String(value.magnitude)
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return (value < 0 ? "-" : "") + padded.dropLast(digits) + "." + padded.suffix(digits)
    }
}
