import ServiceRuntime

extension TerminalPhrases {
    /// What a person reads above the live display of a sync, or in the window of `serve`.
    static let orchestrator = TerminalPhrases([
        "sync started": { fields in fields.text("sync_id").map { "sync \($0) started" } },
        "table read": { fields in
            guard let users = fields.count("users", "user", "users"), let time = fields.milliseconds("milliseconds")
            else { return nil }
            let mode = fields.text("mode") == "delta" ? "only changes are sent" : "every user is sent"
            return "table read: \(users) in \(time), \(mode)"
        },
        "the stream failed, opening it again": { fields in
            guard let pause = fields.duration("pause") else { return nil }
            guard let status = fields.text("http_status") else {
                return fields.text("error").map { "stream failed, retrying in \(pause): \($0)" }
            }
            return "stream failed (\(status)), retrying in \(pause)"
        },
        "stream complete": { fields in
            guard let users = fields.count("users", "user", "users"),
                let rejects = fields.count("rejects", "reject", "rejects"), let bytes = fields.bytes("bytes")
            else { return nil }
            return "stream complete: \(users), \(rejects), \(bytes)"
        },
        "the source has changed": { fields in fields.text("change").map { "the source has changed: \($0)" } },
        "a batch was not accepted, trying again": { fields in
            guard let batch = fields.count("batch"), let error = fields.text("error") else { return nil }
            return "batch \(batch) was not accepted, trying again: \(error)"
        },
        "the database is away, trying again": { retry("the database is away", $0) },
        "the database is away, the sync begins later": { retry("the database is away", $0) },
        "the queue is away, trying again": { retry("the queue is away", $0) },
        "a dead letter was sent again": { fields in
            guard let batch = fields.count("batch"), let sync = fields.text("sync_id") else { return nil }
            return "batch \(batch) of sync \(sync) was sent again"
        },
        "sync under way": { fields in
            guard let users = fields.count("received", "user", "users"), let applied = fields.count("batches_applied"),
                let sent = fields.count("batches_sent", "batch", "batches")
            else { return nil }
            return "sync under way: \(users), \(applied) of \(sent) applied"
        },
        "sync completed": { fields in
            guard let time = fields.milliseconds("elapsed_ms"), let users = fields.count("received", "user", "users"),
                let inserted = fields.count("inserted"), let updated = fields.count("updated"),
                let rejects = fields.count("rejected", "reject", "rejects")
            else { return nil }
            return "sync completed in \(time): \(users), \(inserted) inserted, \(updated) updated, \(rejects)"
        },
        "sync failed": { fields in fields.text("error").map { "sync failed: \($0)" } },
        "listening": { fields in
            guard let host = fields.text("host"), let port = fields.text("port") else { return nil }
            return "listening on \(host), port \(port) (token: \(fields.text("token") ?? "-"))"
        },
    ])

    private static func retry(_ what: String, _ fields: LogFields) -> String? {
        guard let pause = fields.duration("pause"), let error = fields.text("error") else { return nil }
        return "\(what), retrying in \(pause): \(error)"
    }
}
