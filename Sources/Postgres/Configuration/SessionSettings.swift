/// What every session sets for itself, so that nothing a role or a database has set (`ALTER ROLE … SET …`) changes what a statement
/// does.
///
/// They travel in the startup message, so they cost no round trip; the server ranks them above the settings of roles and databases
/// and below those of the running session. A pooler may refuse or ignore them. So what the server reports is looked at, and where
/// it differs, one statement sets everything again.
///
/// Not among them:
/// - `default_transaction_read_only`: providers set it on a full disk. It is reported as what it is (``ReadOnlyCause``).
/// - `search_path`, where the connection string or `PGOPTIONS` gives one; otherwise it is PostgreSQL's default.
/// - What only tunes speed or durability (`work_mem`, `synchronous_commit`): the operator's choice, and no result depends on it.
/// - `role`: a login that works as another role is made on purpose.
struct SessionSettings: Sendable {
    struct Setting: Sendable, Equatable {
        let name: String
        let value: String
        /// The first version of the server that has it, as in `PQserverVersion`; 0 for all that are in use.
        let since: Int32

        init(_ name: String, _ value: String, since: Int32 = 0) {
            self.name = name
            self.value = value
            self.since = since
        }
    }

    /// PostgreSQL's default, which the options of a connection string may replace.
    static let searchPath = Setting("search_path", "\"$user\", public")

    static let fixed: [Setting] = [
        // How values are read and written.
        Setting("timezone", "UTC"),
        // ISO for output, and for input no order that a locale might choose. It also tells whether these settings arrived: hardly any
        // server has this order by itself.
        Setting("datestyle", "ISO, YMD"),
        Setting("intervalstyle", "postgres"),
        Setting("bytea_output", "hex"),
        Setting("extra_float_digits", "1"),
        Setting("standard_conforming_strings", "on"),
        Setting("transform_null_equals", "off"),
        Setting("array_nulls", "on"),
        Setting("quote_all_identifiers", "off"),
        // What a transaction sees.
        Setting("default_transaction_isolation", "read committed"),
        Setting("default_transaction_deferrable", "off"),
        // A policy that would hide rows is an error and not a smaller result.
        Setting("row_security", "off"),
        // How long things may take. This client has limits of its own, and a statement that needs one says so.
        Setting("statement_timeout", "0"),
        Setting("lock_timeout", "0"),
        Setting("idle_in_transaction_session_timeout", "0"),
        Setting("idle_session_timeout", "0", since: 140_000),
        Setting("transaction_timeout", "0", since: 170_000),
        // An error ends a statement, not the session.
        Setting("exit_on_error", "off"),
        Setting("client_min_messages", "notice"),
    ]

    /// What the server reports by itself, under the names that it uses, when the settings are in force.
    static let reported = [
        "TimeZone": "UTC", "DateStyle": "ISO, YMD", "IntervalStyle": "postgres", "client_encoding": "UTF8",
        "standard_conforming_strings": "on",
    ]

    /// The startup message goes out before the server has told its version, so it holds nothing that is younger than this one.
    private static let startupVersion: Int32 = 140_000

    private let settings: [Setting]
    /// The `options` of the connection string, its service or `PGOPTIONS`.
    private let givenOptions: String

    /// - Parameters:
    ///   - own: settings of this use of the database; they replace those of the same name.
    ///   - options: what the connection string, its service or `PGOPTIONS` gives.
    init(own: [String: String], options: String?) {
        givenOptions = options ?? ""
        let ownNames = Set(own.keys.map { $0.lowercased() })
        settings =
            Self.fixed.filter { !ownNames.contains($0.name) }
            + own.sorted { $0.key < $1.key }.map { Setting($0.key, $0.value) }
    }

    /// The value of libpq's `options`: the default search path, what was given, and what is fixed, each of which wins over the former.
    var startupOptions: String {
        let own = settings.filter { $0.since <= Self.startupVersion }.map(Self.option)
        return ([Self.option(Self.searchPath)] + (givenOptions.isEmpty ? [] : [givenOptions]) + own).joined(
            separator: " ")
    }

    /// The `options` for a server that takes no settings of ours at its start.
    var givenStartupOptions: String? { givenOptions.isEmpty ? nil : givenOptions }

    /// What is still to be set once a connection is made; nothing for most servers.
    ///
    /// - Parameters:
    ///   - wereSent: whether the startup message held ``startupOptions``.
    ///   - version: the server's, as in `PQserverVersion`.
    ///   - reported: what the server reports of ``reported``.
    func missing(wereSent: Bool, version: Int32, reported: [String: String]) -> [Setting] {
        let known = settings.filter { $0.since <= version }
        // Every server reports the first of them.
        let areInForce =
            wereSent && reported["DateStyle"] != nil
            && Self.reported.allSatisfy { name, value in reported[name].map { $0 == value } ?? true }
        guard !areInForce else { return known.filter { $0.since > Self.startupVersion } }
        // Without options of its own, a session behind a pooler may have those of its role.
        let path = givenOptions.isEmpty ? [Self.searchPath] : []
        return [Setting("client_encoding", "UTF8")] + path + known
    }

    /// Whether a server or a pooler refused the startup message because of ``startupOptions``.
    ///
    /// PgBouncer: 08P01 `unsupported startup parameter: options`. Amazon RDS Proxy: 0A000, `currently doesn't support command-line
    /// options`. A server older than a setting: 42704 `unrecognized configuration parameter`.
    static func isRefusal(sqlState: String?, message: String) -> Bool {
        switch sqlState {
        case "08P01", "0A000": message.contains("option") || message.contains("startup parameter")
        case "42704": true
        default: false
        }
    }

    /// Blanks and backslashes are escaped as `pg_split_opts` in PostgreSQL's `src/backend/utils/init/postinit.c` reads them.
    private static func option(_ setting: Setting) -> String {
        var escaped = ""
        for character in setting.value {
            if character == " " || character == "\\" { escaped.append("\\") }
            escaped.append(character)
        }
        return "-c \(setting.name)=\(escaped)"
    }
}
