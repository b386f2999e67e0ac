import Postgres
import TestSupport
import Testing

/// What a role or a database may have set, and what must not change for it.
@Suite("Hostile settings of roles and databases, against a real server", .serialized)
struct HostileSettingsIntegrationTests {
    static let hostile: [(name: String, value: String)] = [
        ("statement_timeout", "'1ms'"), ("lock_timeout", "'1ms'"), ("idle_in_transaction_session_timeout", "'1ms'"),
        ("idle_session_timeout", "'1ms'"), ("DateStyle", "'SQL, DMY'"), ("TimeZone", "'Asia/Kolkata'"),
        ("IntervalStyle", "'sql_standard'"), ("client_encoding", "'LATIN1'"),
        ("default_transaction_isolation", "'serializable'"),
        ("default_transaction_deferrable", "on"), ("search_path", "'hostile'"), ("row_security", "on"),
        ("standard_conforming_strings", "off"), ("bytea_output", "'escape'"), ("extra_float_digits", "-15"),
        ("transform_null_equals", "on"), ("array_nulls", "off"), ("exit_on_error", "on"),
        ("client_min_messages", "'debug5'"), ("quote_all_identifiers", "on"),
    ]

    /// What a session says of everything that could have been changed.
    private static let question: SQL =
        """
        SELECT current_setting('timezone') AS timezone, current_setting('datestyle') AS datestyle,
            current_setting('intervalstyle') AS intervalstyle, current_setting('client_encoding') AS client_encoding,
            current_setting('default_transaction_isolation') AS isolation, current_setting('transaction_isolation') AS current_isolation,
            current_setting('default_transaction_deferrable') AS deferrable, current_setting('search_path') AS search_path,
            current_setting('row_security') AS row_security, current_setting('standard_conforming_strings') AS strings,
            current_setting('bytea_output') AS bytea, current_setting('extra_float_digits') AS digits,
            current_setting('transform_null_equals') AS nulls, current_setting('array_nulls') AS array_nulls,
            current_setting('quote_all_identifiers') AS quotes,
            current_setting('exit_on_error') AS exit_on_error, current_setting('statement_timeout') AS statement_timeout,
            current_setting('lock_timeout') AS lock_timeout, current_setting('idle_session_timeout') AS idle_session_timeout,
            current_setting('idle_in_transaction_session_timeout') AS idle_in_transaction,
            current_setting('client_min_messages') AS messages,
            ('2024-02-03 04:05:06Z'::timestamptz)::text AS time, 'a\\b'::text AS backslash, (0.1::float8 + 0.2::float8)::text AS sum,
            '\\x00ff'::bytea::text AS bytes, '1 day 2 hours'::interval::text AS span, 'ünïcödé ñ 漢字 👍' AS text
        """

    private static func answers(_ connection: PostgresConnection) async throws -> [String: String] {
        let row = try await connection.query(question).single()
        return try Dictionary(uniqueKeysWithValues: row.result.columnNames.map { ($0, try row.text($0)) })
    }

    private func database() async throws -> (TestDatabase, role: String, url: String) {
        let server = try await PostgresServer.shared()
        let database = try await server.createDatabase()
        let role = "hostile_\(UInt32.random(in: 0 ... .max))"
        try await database.query(
            """
            CREATE ROLE \(role) LOGIN PASSWORD 'x';
            CREATE SCHEMA hostile; GRANT ALL ON SCHEMA hostile, public TO \(role);
            CREATE TABLE hostile.t (n int); CREATE TABLE public.t AS SELECT generate_series(1, 200000) AS n;
            GRANT ALL ON ALL TABLES IN SCHEMA hostile, public TO \(role);
            """)
        return (database, role, server.connectionString(database: database.name, user: role, password: "x"))
    }

    private func configuration(_ url: String) -> PostgresConfiguration {
        PostgresConfiguration(connectionString: url, applicationName: "postgres-tests")
    }

    /// Everything that a session is used for.
    private func work(_ url: String) async throws -> [String: String] {
        try await PostgresConnection.withConnection(configuration(url), logger: TestConnections.quiet) { connection in
            let answers = try await Self.answers(connection)
            // Far longer than each of the hostile limits.
            _ = try await connection.query("SELECT pg_sleep(0.05)")
            try await Task.sleep(for: .milliseconds(50))
            try await connection.transaction { transaction in
                _ = try await transaction.query("SELECT 1")
                try await Task.sleep(for: .milliseconds(50))
                _ = try await transaction.query("SELECT 1")
            }
            var bytes = 0
            let copied = try await connection.copyOut("COPY (SELECT n FROM t) TO STDOUT") { chunk in
                if bytes == 0 { try await Task.sleep(for: .milliseconds(100)) }
                bytes += chunk.count
            }
            #expect(copied == 200_000)
            // An error ends the statement and not the session.
            let error = await postgresError { try await connection.query("SELECT 1 / (n - 1) FROM t") }
            #expect(error?.sqlState == "22012")
            #expect(connection.isUsable)
            return answers
        }
    }

    @Test("a role's and a database's settings change nothing, one by one", arguments: hostile.map(\.name))
    func one(name: String) async throws {
        let value = try #require(Self.hostile.first { $0.name == name }?.value)
        let (database, role, url) = try await database()
        let expected = try await work(url)
        try await database.query("ALTER ROLE \(role) SET \(name) = \(value)")
        #expect(try await work(url) == expected)
        try await database.query(
            "ALTER ROLE \(role) RESET ALL; ALTER DATABASE \(database.name) SET \(name) = \(value)")
        #expect(try await work(url) == expected)
        try await database.drop()
    }

    @Test(
        "all of them at once change nothing, set for the role in the database, and nothing is what the program wants by chance"
    )
    func all() async throws {
        let (database, role, url) = try await database()
        let expected = try await work(url)
        #expect(
            expected["timezone"] == "UTC" && expected["datestyle"] == "ISO, YMD" && expected["row_security"] == "off")
        #expect(expected["isolation"] == "read committed" && expected["search_path"] == "\"$user\", public")
        #expect(expected["time"] == "2024-02-03 04:05:06+00" && expected["sum"] == "0.30000000000000004")
        for (name, value) in Self.hostile {
            try await database.query("ALTER ROLE \(role) IN DATABASE \(database.name) SET \(name) = \(value)")
        }
        #expect(try await work(url) == expected)
        // A client of another kind does meet them, so that the test means something.
        await #expect(throws: TestSupportError.self) {
            try await database.server.run(statement: "SELECT pg_sleep(1)", database: database.name, as: (role, "x"))
        }
        try await database.drop()
    }

    @Test("settings of a use of the database win too, and a search path of the connection string stays")
    func given() async throws {
        let (database, role, url) = try await database()
        try await database.query(
            "ALTER ROLE \(role) SET statement_timeout = '1ms'; ALTER ROLE \(role) SET search_path = public")
        var configuration = configuration(url + "?options=-c%20search_path%3Dhostile")
        configuration.settings = ["statement_timeout": "7s", "tcp_keepalives_idle": "31", "enable_seqscan": "off"]
        try await PostgresConnection.withConnection(configuration, logger: TestConnections.quiet) { connection in
            let answers = try await Self.answers(connection)
            #expect(answers["statement_timeout"] == "7s" && answers["search_path"] == "hostile")
            let row = try await connection.query(
                "SELECT current_setting('tcp_keepalives_idle') AS idle, current_setting('enable_seqscan') AS scan"
            ).single()
            #expect(try row.text("idle") == "31")
            #expect(try row.text("scan") == "off")
        }
        try await database.drop()
    }

    @Test("they cost no round trip: the server sees no statement before the first one of the program")
    func noRoundTrip() async throws {
        let (database, _, url) = try await database()
        try await PostgresConnection.withConnection(configuration(url), logger: TestConnections.quiet) { connection in
            let process = await connection.serverProcessID
            let seen = try await database.query("SELECT query FROM pg_stat_activity WHERE pid = \(process)")
            #expect(seen == "", "\(seen)")
        }
        try await database.drop()
    }

    @Test("default_transaction_read_only of a role is not overridden")
    func readOnly() async throws {
        let (database, role, url) = try await database()
        try await database.query("ALTER ROLE \(role) SET default_transaction_read_only = on")
        try await PostgresConnection.withConnection(configuration(url), logger: TestConnections.quiet) { connection in
            #expect(await connection.readOnlyCause == .setting)
            let error = await postgresError { try await connection.query("INSERT INTO t VALUES (1)") }
            #expect(error?.sqlState == "25006" && error?.readOnlyCause == .setting)
        }
        try await database.drop()
    }

    @Test("a policy that would hide rows is an error, and not a smaller result")
    func rowSecurity() async throws {
        let (database, _, url) = try await database()
        try await database.query("ALTER TABLE public.t ENABLE ROW LEVEL SECURITY")
        let error = await postgresError {
            try await PostgresConnection.withConnection(configuration(url), logger: TestConnections.quiet) {
                try await $0.query("SELECT count(*) FROM public.t")
            }
        }
        #expect(error?.sqlState == "42501" && error?.scope == .world)
        #expect(error?.message.contains("row-level security") == true)
        try await database.drop()
    }
}
