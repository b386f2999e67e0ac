/// The names of all settings, and which command reads those that not every one does.
package enum KnownSettings {
    /// What a sync reads, by the command line or by `serve`.
    package static let ofSync: Set<String> = [
        "LEGACY_API_URL", "LEGACY_API_KEY", "LEGACY_API_CA_FILE", "SSL_CERT_FILE", "SYNC_STREAM_ATTEMPTS",
        "SYNC_STREAM_IDLE_TIMEOUT", "SYNC_MODE", "SYNC_MISSING_USERS", "SYNC_MISSING_MAX_PERCENT", "SYNC_BATCH_SIZE",
        "SYNC_MESSAGE_GROUPS", "SYNC_STALL_TIMEOUT", "SYNC_OUTAGE_TIMEOUT", "SYNC_MINIMUM_PERCENT", "TMPDIR",
        "SYNC_HISTORY_DAYS", "SYNC_EXTRA_FIELDS", "SQS_QUEUE_URL", "SQS_DEAD_LETTER_QUEUE_URL", "SQS_MAX_MESSAGE_BYTES",
        "ALLOW_PLAINTEXT_HTTP", "DATABASE_URL", "DATABASE_IAM_AUTH", "LOG_LEVEL", "LOG_FORMAT", "METRICS_FORMAT",
        "METRICS_INTERVAL", "METRICS_DEPLOYMENT",
    ]

    /// What other commands read, and which.
    package static let ofOthers: [String: String] = [
        "WORKER_CONCURRENCY": "worker run", "WORKER_HEALTH_FILE": "worker run", "WORKER_HEALTH_LIMIT": "worker run",
        "SQS_MAX_RECEIVE_COUNT": "the worker in Lambda", "SYNC_API_HOST": "orchestrator serve",
        "SYNC_API_PORT": "orchestrator serve", "SYNC_API_TOKEN": "orchestrator serve",
        "SYNC_EVERY": "orchestrator serve",
    ]

    /// What every program reads that calls AWS, as far as it is read here.
    package static let ofAWS: Set<String> = [
        "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_SSO", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "AWS_CA_BUNDLE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_EC2_METADATA_DISABLED",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
    ]

    /// What the AWS CLI reads and this service does not, where that makes a difference.
    package static let unsupportedOfAWS: Set<String> = [
        "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE",
        "AWS_STS_REGIONAL_ENDPOINTS", "AWS_METADATA_SERVICE_TIMEOUT", "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
        "AWS_SECURITY_TOKEN", "AWS_SIGV4A_SIGNING_REGION_SET",
    ]

    /// What curl reads of a proxy for https.
    package static let ofProxies: Set<String> = [
        "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy",
    ]

    /// What libpq reads: https://www.postgresql.org/docs/current/libpq-envars.html
    package static let ofPostgres: Set<String> = [
        "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGPASSFILE", "PGREQUIREAUTH",
        "PGCHANNELBINDING", "PGSERVICE", "PGSERVICEFILE", "PGOPTIONS", "PGAPPNAME", "PGSSLMODE", "PGREQUIRESSL",
        "PGSSLNEGOTIATION", "PGSSLCOMPRESSION", "PGSSLCERT", "PGSSLKEY", "PGSSLCERTMODE", "PGSSLROOTCERT", "PGSSLCRL",
        "PGSSLCRLDIR", "PGSSLSNI", "PGREQUIREPEER", "PGSSLMINPROTOCOLVERSION", "PGSSLMAXPROTOCOLVERSION",
        "PGGSSENCMODE",
        "PGKRBSRVNAME", "PGGSSLIB", "PGGSSDELEGATION", "PGCONNECT_TIMEOUT", "PGCLIENTENCODING", "PGTARGETSESSIONATTRS",
        "PGLOADBALANCEHOSTS", "PGMINPROTOCOLVERSION", "PGMAXPROTOCOLVERSION", "PGDATESTYLE", "PGTZ", "PGGEQO",
        "PGSYSCONFDIR", "PGLOCALEDIR",
    ]

    /// Every name that is no mistake.
    package static var all: Set<String> {
        ofSync.union(ofOthers.keys).union(ofAWS).union(unsupportedOfAWS).union(ofProxies).union(ofPostgres)
    }

    /// The beginnings of names that nobody else uses.
    private static let ownPrefixes = ["SYNC_", "LEGACY_API_"]

    /// What a variable that is no setting may have been meant for.
    package enum Misspelling: Equatable, Sendable {
        /// It looks like this one.
        case of(String)
        /// It looks like one of ours, and like none in particular.
        case unknown
    }

    /// Whether a variable looks like a setting that is misspelt; nil when it is one, or is something else.
    package static func misspelling(_ variable: String) -> Misspelling? {
        guard !all.contains(variable) else { return nil }
        let letters = bare(variable)
        var best: (name: String, distance: Int)?
        for name in all.sorted() where name.count >= 6 {
            let distance = EditDistance.between(letters, bare(name), limit: name.count >= 10 ? 2 : 1)
            guard let distance, distance < best?.distance ?? .max else { continue }
            best = (name, distance)
        }
        if let best, !others.contains(variable.uppercased()) { return .of(best.name) }
        return ownPrefixes.contains(where: variable.hasPrefix) ? .unknown : nil
    }

    /// Names of other programs that look like ours.
    private static let others: Set<String> = ["HTTP_PROXY", "PGDATA", "SSL_CERT_DIR", "AWS_EC2_METADATA_V1_DISABLED"]

    /// Capital letters and digits alone: a missing line between two words is the most common mistake.
    private static func bare(_ name: String) -> [UInt8] {
        name.uppercased().utf8.filter { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
    }
}
