package import Postgres

extension PostgresConfiguration {
    /// The same database, with sessions fit for ``BatchStore``.
    ///
    /// The apply statement is an index look-up for each user, whatever the statistics say: a plan that was cached while the
    /// table was empty, or unanalysed, must not scan it a thousand times later. Rows are locked in the order of the look-ups.
    package var forBatches: PostgresConfiguration {
        var configuration = self
        configuration.settings.merge([
            "enable_hashjoin": "off",
            "enable_mergejoin": "off",
            "enable_seqscan": "off",
            "plan_cache_mode": "force_generic_plan",
            "jit": "off",
            // A statement that takes a minute for a thousand users waits for something that will not come.
            "statement_timeout": "60s",
            "lock_timeout": "30s",
        ]) { _, forced in forced }
        return configuration
    }
}
