import ServiceRuntime

extension TerminalPhrases {
    /// What a person reads who runs a worker by hand.
    static let worker = TerminalPhrases([
        "batch applied": { fields in
            guard let batch = named(fields), let users = fields.count("users", "user", "users"),
                let inserted = fields.count("inserted"), let updated = fields.count("updated"),
                let time = fields.milliseconds("took_ms")
            else { return nil }
            return "\(batch) applied in \(time): \(users), \(inserted) inserted, \(updated) updated"
        },
        "batch was applied before": { fields in named(fields).map { "\($0) was applied before" } },
        "batch dropped: a newer sync has overtaken its own": { fields in
            named(fields).map { "\($0) dropped: a newer sync has overtaken it" }
        },
        "a message cannot be applied": { fields in refused("cannot be applied", fields) },
        "a message goes to the dead-letter queue": { fields in refused("goes to the dead-letter queue", fields) },
    ])

    private static func named(_ fields: LogFields) -> String? {
        guard let batch = fields.count("batch"), let sync = fields.text("sync_id") else { return nil }
        return "batch \(batch) of sync \(sync)"
    }

    private static func refused(_ what: String, _ fields: LogFields) -> String? {
        fields.text("error").map { "\(named(fields) ?? "a message") \(what): \($0)" }
    }
}
