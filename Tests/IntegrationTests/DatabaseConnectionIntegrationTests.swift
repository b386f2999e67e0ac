import Foundation
import Glibc
import SyncTestSupport
import TestSupport
import Testing

@Suite("How the programs reach their database", .serialized)
struct DatabaseConnectionIntegrationTests {
    private static let commands = [["sync"], ["serve"], ["migrate"], ["status"], ["doctor"], ["dead-letters", "list"]]

    private func run(
        _ program: String, _ arguments: [String], _ environment: [String: String]
    ) async throws -> (status: Int32, text: String) {
        let result = try await ChildProcess.run(Executables.path(program), arguments, environment: environment)
        return (result.status, result.output + result.errorOutput)
    }

    private func environment(_ url: String) -> [String: String] {
        [
            "PATH": "/usr/bin:/bin", "DATABASE_URL": url, "SQS_QUEUE_URL": "http://127.0.0.1:1/1/users.fifo",
            "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
            "LEGACY_API_URL": "http://127.0.0.1:1/users", "LEGACY_API_KEY": "key", "SYNC_OUTAGE_TIMEOUT": "5",
        ]
    }

    @Test(
        "what cannot be used is refused before anything is touched: by its name, and without a value",
        arguments: [
            ("postgresql://user:s3cr3tword@db/users?pgbouncer=true", "pgbouncer"),
            ("postgresql://user:s3cr3tword@db/users?schema=public", "schema"),
            ("postgresql://user:s3cr3tword/users", "port"),
            ("postgresql://user:s3cr3tword@db/users?sslmode=on", "sslmode"),
            ("host=db password=s3cr3tword connect_timeout=never", "connect_timeout"),
            ("postgresql://user:s3cr3tword@db,other:1,third/users?hostaddr=10.0.0.1", "host"),
        ])
    func refused(url: String, name: String) async throws {
        let runs = Self.commands.map { ("orchestrator", $0) } + [("worker", ["run"])]
        for (program, arguments) in runs {
            let result = try await run(program, arguments, environment(url))
            #expect(result.status == (arguments == ["doctor"] ? 1 : 78), "\(program) \(arguments): \(result.text)")
            #expect(result.text.contains("DATABASE_URL") && result.text.contains(name), "\(result.text)")
            #expect(!result.text.contains("s3cr3tword"), "\(result.text)")
        }
    }

    @Test(
        "of two hosts, the first of which accepts and says nothing, the second is reached; service and password files work"
    )
    func hostsAndFiles() async throws {
        let server = try await PostgresServer.shared()
        let database = try await server.createDatabase()
        let silent = try SilentListener()
        let ports = "\(silent.port),\(server.port)"
        let folder = try TemporaryFolder(prefix: "service")
        let passwords = try folder.write("*:*:*:\(server.user):\(server.password)\n", to: "pgpass")
        #expect(chmod(passwords, 0o600) == 0)
        let services = try folder.write(
            """
            [production]
            host=127.0.0.1,127.0.0.1
            port=\(ports)
            user=\(server.user)
            dbname=\(database.name)
            connect_timeout=2

            """, to: "services.conf")
        let files = ["PGSERVICEFILE": services, "PGPASSFILE": passwords]
        let login = "user=\(server.user) dbname=\(database.name)"
        let ways: [[String: String]] = [
            environment(
                "host=127.0.0.1,127.0.0.1 port=\(ports) connect_timeout=3 \(login) password=\(server.password)"),
            environment(
                "postgresql://127.0.0.1:\(silent.port),127.0.0.1:\(server.port)/?user=\(server.user)&dbname=\(database.name)"
            )
            .merging(files) { $1 },
            environment("service=production").merging(files) { $1 },
            environment("").merging(files.merging(["PGSERVICE": "production"]) { $1 }) { $1 },
            environment("").merging(
                files.merging([
                    "PGHOST": "127.0.0.1,127.0.0.1", "PGPORT": ports, "PGUSER": server.user,
                    "PGDATABASE": database.name,
                    "PGCONNECT_TIMEOUT": "2",
                ]) { $1 }
            ) { $1 },
        ]
        for way in ways {
            let result = try await run("orchestrator", ["migrate"], way)
            #expect(result.status == 0, "\(result.text)")
        }
        let missing = try await run(
            "orchestrator", ["status"], environment("service=development").merging(files) { $1 })
        #expect(missing.status == 78 && missing.text.contains("service"), "\(missing.text)")
        try await database.drop()
    }

    @Test(
        "a pooler in transaction mode is refused in words by every program, and one in session mode carries a whole sync"
    )
    func pooler() async throws {
        try await withStack { stack in
            let logins = DatabaseRoles.Role.allCases.map { ($0.rawValue, stack.roles.passwords[$0] ?? "") }
            func url(_ bouncer: PgBouncer, _ role: DatabaseRoles.Role) -> [String: String] {
                let password = stack.roles.passwords[role] ?? ""
                return [
                    "DATABASE_URL":
                        "postgresql://\(role.rawValue):\(password)@127.0.0.1:\(bouncer.port)/\(stack.database.name)"
                ]
            }
            let api = try await stack.startSimulator(
                SimulatedUsers(2_000), "--interval-ms", "0", "--error-500-rate", "0", "--error-429-rate", "0")
            defer { api.stop() }

            let transactions = try await PgBouncer.start(
                before: stack.database.server, mode: .transaction, logins: logins)
            defer { transactions.stop() }
            for command in ["sync", "status", "migrate"] {
                let role: DatabaseRoles.Role =
                    command == "sync" ? .orchestrator : command == "status" ? .viewer : .owner
                let result = try await stack.orchestrator(command, api: api, settings: url(transactions, role))
                #expect(result.status == 78, "\(command): \(result.errorOutput)")
                #expect(result.errorOutput.contains("pooler") && result.errorOutput.contains("pool_mode=session"))
            }
            let doctor = try await stack.orchestrator("doctor", api: api, settings: url(transactions, .orchestrator))
            #expect(doctor.status == 1 && doctor.output.contains("pool_mode=session"), "\(doctor.output)")
            let worker = try stack.startWorker(settings: url(transactions, .worker))
            #expect(try await worker.wait(deadline: .seconds(30)) == 78)
            #expect(worker.errorOutput.contains("pool_mode=session"))
            #expect(try await stack.count("SELECT count(*) FROM sync_logs") == 0)

            let sessions = try await PgBouncer.start(before: stack.database.server, mode: .session, logins: logins)
            defer { sessions.stop() }
            try await withWorkers(of: stack, settings: url(sessions, .worker)) { _ in
                let sync = try await stack.orchestrator("sync", api: api, settings: url(sessions, .orchestrator))
                #expect(sync.status == 0, "\(sync.errorOutput)")
            }
            #expect(try await stack.count("SELECT count(*) FROM users") > 1_000)
        }
    }

    @Test("a sync, and one that compares, are the same whatever the roles have set for themselves")
    func hostileRoles() async throws {
        try await withStack { stack in
            let hostile = [
                "statement_timeout = '50ms'", "lock_timeout = '50ms'", "idle_in_transaction_session_timeout = '50ms'",
                "idle_session_timeout = '100ms'", "DateStyle = 'SQL, DMY'", "TimeZone = 'Asia/Kolkata'",
                "IntervalStyle = 'sql_standard'", "client_encoding = 'LATIN1'",
                "default_transaction_isolation = 'serializable'",
                "default_transaction_deferrable = on", "search_path = 'elsewhere'", "standard_conforming_strings = off",
                "bytea_output = 'escape'", "extra_float_digits = -15", "transform_null_equals = on",
                "array_nulls = off",
                "exit_on_error = on", "client_min_messages = 'debug5'", "row_security = on",
            ]
            for role in DatabaseRoles.Role.allCases {
                for setting in hostile {
                    _ = try await stack.database.query(
                        "ALTER ROLE \(role.rawValue) IN DATABASE \(stack.database.name) SET \(setting)")
                }
            }
            let data = SimulatedUsers(20_000)
            let api = try await stack.startSimulator(
                data, "--interval-ms", "0", "--error-500-rate", "0", "--error-429-rate", "0")
            defer { api.stop() }
            try await withWorkers(of: stack) { _ in
                for _ in 0..<2 {
                    let sync = try await stack.orchestrator("sync", api: api)
                    #expect(sync.status == 0, "\(sync.errorOutput)")
                    #expect(try await data.countOfDifferences(in: stack.database) == 0)
                }
            }
            // The second one has compared the table, by COPY, and sent nothing.
            #expect(
                try await stack.database.query(
                    "SELECT inserted + updated, batches_sent FROM sync_logs ORDER BY id DESC LIMIT 1")
                    == "0|0")
            let migrated = try await stack.orchestrator("migrate")
            #expect(migrated.status == 0, "\(migrated.errorOutput)")
        }
    }

    @Test("doctor tells a standby from default_transaction_read_only, which is never overridden")
    func readOnly() async throws {
        try await withStack { stack in
            let role = DatabaseRoles.Role.orchestrator.rawValue
            _ = try await stack.database.query(
                "ALTER ROLE \(role) IN DATABASE \(stack.database.name) SET default_transaction_read_only = on")
            let setting = try await stack.orchestrator("doctor")
            #expect(setting.output.contains("default_transaction_read_only is on"), "\(setting.output)")
            #expect(!setting.output.contains("it is a standby"))

            let server = try await PostgresServer.start()
            try await server.restartAsStandby()
            let standby = try await stack.orchestrator(
                "doctor", settings: ["DATABASE_URL": server.connectionString()])
            #expect(standby.output.contains("it is a standby"), "\(standby.output)")
            try await server.stop()
        }
    }
}
