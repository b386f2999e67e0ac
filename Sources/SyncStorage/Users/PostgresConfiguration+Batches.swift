package import Postgres

extension PostgresConfiguration {
    /// The same database, with sessions fit for ``BatchStore``.
    ///
    /// The apply statement is an index look-up for each user, whatever the statistics say: a plan that was cached while the
    /// table was empty must not scan it a thousand times later. The statement leaves the planner one way to look users up
    /// (``UpsertStatement``); these settings leave it one way to join what it found, a hash join.
    package var forBatches: PostgresConfiguration {
        var configuration = self
        configuration.settings.merge([
            "enable_nestloop": "off",
            "enable_mergejoin": "off",
            "enable_seqscan": "off",
            "enable_bitmapscan": "off",
            "plan_cache_mode": "force_generic_plan",
            "jit": "off",
            // A statement that takes a minute for a thousand users waits for something that will not come.
            "statement_timeout": "60s",
            "lock_timeout": "30s",
        ]) { _, forced in forced }
        // The server would have ended any statement by then: it is gone, or the network is.
        configuration.responseTimeout = .seconds(75)
        return configuration
    }
}
