package import Postgres

extension PostgresConfiguration {
    /// The same database, with sessions fit to hold a lock.
    ///
    /// The server frees the lock of a host that vanished without a word when it notices that. Asked like this, it does so within about
    /// a minute; by its own default it may take hours. What was set on purpose stays.
    package var forLocks: PostgresConfiguration {
        var configuration = self
        configuration.settings.merge([
            "tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3",
            // A longer wait for a lock counts as an outage, so SYNC_OUTAGE_TIMEOUT bounds it.
            "lock_timeout": "30s",
        ]) { given, _ in given }
        return configuration
    }
}
