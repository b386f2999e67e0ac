import Glibc

/// Everything that a connection is made with: what the connection string states, filled up from its service, the environment and
/// libpq's defaults, and checked.
struct ConnectionOptions: Sendable {
    /// What the connection string itself states.
    let stated: [String: String]
    /// What counts.
    let values: [String: String]
    /// In the order of the list.
    let hosts: [ServerHost]
    /// `connect_timeout`: the longest that one host may take; nil where none is set.
    let hostTimeout: Duration?
    /// `load_balance_hosts=random`: hosts, and the addresses of each, are tried in random order.
    let balancesLoad: Bool

    /// Reads service and environment, so it may block for a moment.
    /// - Throws: `PostgresError` with code `.invalidConfiguration`, which shows no value.
    static func read(_ text: String?) throws(PostgresError) -> ConnectionOptions {
        var stated: [String: String] = [:]
        if let text { stated = try ConnectionString.stated(in: text) }
        let defaults = LibpqOptions.defaults().values
        let variable = getenv("PGLOADBALANCEHOSTS").map { String(cString: $0) }
        let balancing = stated[ConnectionString.loadBalanceHosts] ?? variable
        stated[ConnectionString.loadBalanceHosts] = nil
        guard let service = stated["service"] ?? defaults["service"], !service.isEmpty else {
            return try ConnectionOptions(
                stated: stated, values: defaults.merging(stated) { $1 }, loadBalancing: balancing)
        }
        guard let values = LibpqOptions.resolved(stated) else {
            throw ConnectionString.refused(
                "its service is not defined, or not usable: look into PGSERVICEFILE, ~/.pg_service.conf and the system's pg_service.conf"
            )
        }
        return try ConnectionOptions(stated: stated, values: values, loadBalancing: balancing)
    }

    init(stated: [String: String], values: [String: String], loadBalancing: String? = nil) throws(PostgresError) {
        self.stated = stated
        self.values = values.merging(Self.defaultsOfEmptyWords(values)) { $1 }.merging(Self.wholePaths(values)) { $1 }
        try Self.check(values)
        hosts = try ServerHost.list(values)
        hostTimeout = try Self.hostTimeout(values["connect_timeout"])
        try Self.check(ConnectionString.loadBalanceHosts, loadBalancing, among: ["disable", "random"])
        balancesLoad = loadBalancing == "random"
    }

    /// A value, unless it is empty: libpq takes that for none.
    func value(_ name: String) -> String? {
        values[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether standbys are tried first, and any server only when there is none.
    var prefersStandby: Bool { value("target_session_attrs") == "prefer-standby" }

    // MARK: Checks

    /// libpq finds a wrong word only while it connects, where it looks like a failure that may pass.
    private static let words: [(name: String, initially: String, values: [String])] = [
        ("sslmode", "prefer", ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]),
        ("gssencmode", "prefer", ["disable", "prefer", "require"]),
        ("channel_binding", "prefer", ["disable", "prefer", "require"]),
        ("target_session_attrs", "any", ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"]),
    ]
    private static let protocolVersions = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
    private static let numbers = [
        "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
    ]

    /// An empty word, such as that of `PGSSLMODE=` in an env file, means that none is set. libpq takes it for a wrong one.
    private static func defaultsOfEmptyWords(_ values: [String: String]) -> [String: String] {
        let empty = words.filter { values[$0.name]?.isEmpty == true }
        return Dictionary(uniqueKeysWithValues: empty.map { ($0.name, $0.initially) })
    }

    /// The paths that begin with `~`, written out.
    private static func wholePaths(_ values: [String: String]) -> [String: String] {
        let short = ConnectionFiles.names.filter { values[$0]?.hasPrefix("~") == true }
        guard !short.isEmpty else { return [:] }
        let home = ConnectionFiles.home
        return Dictionary(
            uniqueKeysWithValues: short.map { ($0, ConnectionFiles.expanded(values[$0] ?? "", home: home)) })
    }

    private static func check(_ values: [String: String]) throws(PostgresError) {
        for word in words { try check(word.name, values[word.name], among: word.values) }
        for name in ["ssl_min_protocol_version", "ssl_max_protocol_version"] {
            let version = values[name].map { text in
                protocolVersions.first { $0.lowercased() == text.lowercased() } ?? text
            }
            try check(name, version, among: protocolVersions)
        }
        for name in numbers {
            guard let text = values[name], !text.isEmpty else { continue }
            guard number(text) != nil else { throw ConnectionString.refused("\(name) is not a whole number") }
        }
        if let replication = values["replication"], !["", "false", "off", "no", "0"].contains(replication) {
            throw ConnectionString.refused("replication is not supported: remove it")
        }
    }

    private static func check(_ name: String, _ value: String?, among values: [String]) throws(PostgresError) {
        guard let value, !value.isEmpty, !values.contains(value) else { return }
        throw ConnectionString.refused("\(name) must be one of \(values.joined(separator: ", "))")
    }

    /// libpq's rules: no limit at zero and below, and never less than two seconds.
    private static func hostTimeout(_ text: String?) throws(PostgresError) -> Duration? {
        guard let text, !text.isEmpty else { return nil }
        guard let seconds = number(text) else {
            throw ConnectionString.refused("connect_timeout is not a whole number of seconds")
        }
        return seconds > 0 ? .seconds(max(2, min(seconds, 3600))) : nil
    }

    private static func number(_ text: String) -> Int32? {
        Int32(text.filter { $0 != " " && $0 != "\t" && $0 != "\n" })
    }
}
