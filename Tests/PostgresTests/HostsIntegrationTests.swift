import Glibc
import Postgres
import TestSupport
import Testing

@Suite("Several hosts, against real servers", .serialized) struct HostsIntegrationTests {
    private func configuration(_ connectionString: String, within limit: Duration = .seconds(10))
        -> PostgresConfiguration
    {
        var configuration = PostgresConfiguration(connectionString: connectionString, applicationName: "postgres-tests")
        configuration.connectTimeout = limit
        return configuration
    }

    private func port(_ configuration: PostgresConfiguration) async throws -> Int {
        try await PostgresConnection.withConnection(configuration, logger: TestConnections.quiet) {
            Int(try await $0.query("SELECT current_setting('port') AS port").single().text("port")) ?? 0
        }
    }

    private func login(_ server: PostgresServer) -> String {
        "user=\(server.user) password=\(server.password) dbname=postgres"
    }

    @Test(
        "a host that accepts and says nothing gets its time, and then the next one is tried",
        arguments: ["", "connect_timeout=3"])
    func silentFirst(option: String) async throws {
        let server = try await PostgresServer.shared()
        let silent = try SilentListener()
        let start = ContinuousClock.now
        let found = try await port(
            configuration(
                "host=127.0.0.1,127.0.0.1 port=\(silent.port),\(server.port) \(login(server)) \(option)",
                within: .seconds(6)))
        #expect(found == server.port)
        #expect(start.duration(to: .now) >= .milliseconds(2900))
        #expect(start.duration(to: .now) < .seconds(5))
    }

    @Test("many silent hosts do not keep the last one from its turn")
    func manySilent() async throws {
        let server = try await PostgresServer.shared()
        let silent = try (0..<3).map { _ in try SilentListener() }
        let hosts = Array(repeating: "127.0.0.1", count: 4).joined(separator: ",")
        let ports = (silent.map { "\($0.port)" } + ["\(server.port)"]).joined(separator: ",")
        #expect(
            try await port(configuration("host=\(hosts) port=\(ports) \(login(server))", within: .seconds(4)))
                == server.port)
        withExtendedLifetime(silent) {}
    }

    @Test("hosts that refuse, or whose name is unknown, are passed over at once; a URI names several hosts too")
    func refusing() async throws {
        let server = try await PostgresServer.shared()
        let start = ContinuousClock.now
        let uri =
            "postgresql://\(server.user):\(server.password)@127.0.0.1:\(try freePort()),no-such-host.invalid:1,localhost:\(server.port)/postgres"
        #expect(try await port(configuration(uri)) == server.port)
        #expect(start.duration(to: .now) < .seconds(5))
    }

    @Test("a refused login is final: no other host is asked")
    func refusedLogin() async throws {
        let server = try await PostgresServer.shared()
        let silent = try SilentListener()
        let error = await postgresError {
            try await port(
                configuration(
                    "host=127.0.0.1,127.0.0.1 port=\(server.port),\(silent.port) user=\(server.user) password=wrong dbname=postgres"
                ))
        }
        #expect(error?.sqlState == "28P01")
        #expect(error?.message.contains("\(silent.port)") == false)
    }

    @Test("when no host answers, the error tells what became of each")
    func allFail() async throws {
        let closed = try freePort()
        let silent = try SilentListener()
        let error = await postgresError {
            try await port(
                configuration(
                    "host=127.0.0.1,127.0.0.1 port=\(closed),\(silent.port) user=u password=p", within: .seconds(4)))
        }
        #expect(error?.code == .connectFailed)
        #expect(error?.isTransient == true)
        #expect(error?.message.contains("port \(closed): Connection refused") == true, "\(String(describing: error))")
        #expect(error?.message.contains("no answer") == true)
    }

    @Test(
        "target_session_attrs finds the host that is asked for: a standby and a primary",
        arguments: [
            ("read-write", false), ("primary", false), ("read-only", true), ("standby", true), ("prefer-standby", true),
        ])
    func attributes(wanted: String, isStandby: Bool) async throws {
        let primary = try await PostgresServer.shared()
        let standby = try await Self.standby.value()
        for pair in [(primary, standby), (standby, primary)] {
            let found = try await port(
                configuration(
                    "postgresql://127.0.0.1:\(pair.0.port),127.0.0.1:\(pair.1.port)/postgres?user=\(primary.user)"
                        + "&target_session_attrs=\(wanted)&passfile=\(try await passwords(primary, standby))"))
            #expect(found == (isStandby ? standby.port : primary.port))
        }
    }

    @Test("prefer-standby takes a primary when there is no standby; a primary is refused where a standby is required")
    func noStandby() async throws {
        let server = try await PostgresServer.shared()
        let hosts = "host=127.0.0.1 port=\(server.port) \(login(server)) target_session_attrs="
        #expect(try await port(configuration(hosts + "prefer-standby")) == server.port)
        let error = await postgresError { try await port(configuration(hosts + "standby")) }
        #expect(error?.code == .connectFailed)
        #expect(error?.message.contains("server is not in hot standby mode") == true)
    }

    @Test("load_balance_hosts=random spreads connections over the hosts, and fails over all the same")
    func loadBalancing() async throws {
        let primary = try await PostgresServer.shared()
        let standby = try await Self.standby.value()
        let options =
            "user=\(primary.user) dbname=postgres passfile=\(try await passwords(primary, standby)) load_balance_hosts=random"
        let balanced = configuration(
            "host=127.0.0.1,127.0.0.1,127.0.0.1 port=\(primary.port),\(standby.port),\(try freePort()) \(options)")
        var found: Set<Int> = []
        for _ in 0..<40 where found.count < 2 { found.insert(try await port(balanced)) }
        #expect(found == [primary.port, standby.port])
    }

    @Test("a write on a standby, and one under default_transaction_read_only, are the world's, and each is named")
    func readOnly() async throws {
        let server = try await PostgresServer.shared()
        let standby = try await Self.standby.value()
        let cases: [(String, ReadOnlyCause, String)] = [
            (standby.connectionString(), .standby, "the server is a standby"),
            (
                server.connectionString() + "?options=-c%20default_transaction_read_only%3Don", .setting,
                "default_transaction_read_only is on"
            ),
        ]
        for (connectionString, cause, words) in cases {
            let connection = try await PostgresConnection.connect(
                configuration(connectionString), logger: TestConnections.quiet)
            #expect(await connection.readOnlyCause == cause)
            let error = await postgresError { try await connection.query("CREATE TABLE never (a int)") }
            #expect(error?.sqlState == "25006")
            #expect(error?.readOnlyCause == cause)
            #expect(error?.scope == .world && error?.isTransient == true)
            #expect(error?.message.contains(words) == true, "\(String(describing: error))")
            #expect(error?.advice?.contains(cause == .standby ? "Connect to the primary" : "disk space") == true)
            #expect(!connection.isUsable, "a new connection finds out whether it is over")
        }
    }

    // MARK: A standby

    /// A server that follows nobody, but is in recovery like any standby.
    private static let standby = Shared {
        let server = try await PostgresServer.start()
        try await server.restartAsStandby()
        return server
    }

    /// A password file for both servers, whose passwords differ.
    private func passwords(_ servers: PostgresServer...) async throws -> String {
        let folder = try TemporaryFolder(prefix: "passwords")
        let lines = servers.map { "127.0.0.1:\($0.port):*:\($0.user):\($0.password)" }
        let file = try folder.write(lines.joined(separator: "\n") + "\n", to: "pgpass")
        #expect(chmod(file, 0o600) == 0)
        return file
    }
}
