import Foundation
import SyncTestSupport
import TestSupport
import Testing

@Suite("Who is let into the database, and over what", .serialized)
struct DatabaseLoginIntegrationTests {
    @Test("with IAM authentication every connection has a token of its own, which botocore would have made too")
    func tokens() async throws {
        try await withTokens { instance, database in
            let migrated = try await instance.orchestrator("migrate", settings: instance.settings(.owner, database))
            #expect(migrated.status == 0, "\(migrated.errorOutput)")
            // psql makes no tokens: the superuser runs it in the owner's place.
            try await instance.postgres.run(file: "\(packageRoot)/infra/sql/grants.sql", database: database.name)
            for _ in 0..<2 {
                let shown = try await instance.orchestrator(
                    "history", "--json", settings: instance.settings(.viewer, database))
                #expect(shown.status == 0, "\(shown.errorOutput)")
            }
            let reset = try await instance.orchestrator("reset", settings: instance.settings(.orchestrator, database))
            #expect(reset.status == 0, "\(reset.errorOutput)")

            let logins = try instance.logins
            #expect(logins.allSatisfy { $0.problem.isEmpty }, "\(logins)")
            #expect(logins.allSatisfy { $0.target == "localhost:\(instance.postgres.port)" })
            let users = logins.map(\.user)
            #expect(users.first == DatabaseRoles.Role.owner.rawValue)
            #expect(users.count { $0 == DatabaseRoles.Role.viewer.rawValue } == 2)
            #expect(users.last == DatabaseRoles.Role.orchestrator.rawValue)
        }
    }

    @Test("a whole sync runs on tokens alone, and a worker that lost its connections logs in with new ones")
    func wholeSync() async throws {
        let instance = try await TokenInstance()
        let stack = try await SyncStack(
            postgres: instance.postgres, secrets: [instance.secret, instance.sessionToken])
        try await instance.postgres.run(
            file: "\(packageRoot)/infra/sql/roles.sql", variables: ["iam": "1"], database: stack.database.name)
        let migrated = try await stack.orchestrator("migrate", settings: instance.settings(.owner, stack.database))
        #expect(migrated.status == 0, "\(migrated.errorOutput)")
        // psql makes no tokens: the superuser runs it in the owner's place.
        try await instance.postgres.run(file: "\(packageRoot)/infra/sql/grants.sql", database: stack.database.name)

        let data = SimulatedUsers(3_000)
        let api = try await stack.startSimulator(data, "--interval-ms", "0")
        defer { api.stop() }
        try await withWorkers(of: stack, settings: instance.settings(.worker, stack.database)) { _ in
            for _ in 0..<2 {
                let result = try await stack.orchestrator(
                    "sync", api: api, settings: instance.settings(.orchestrator, stack.database))
                #expect(result.status == 0, "\(result.errorOutput)")
                let unencrypted = try await stack.count(
                    """
                    SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                    WHERE usename LIKE 'user_sync%' AND NOT ssl
                    """)
                #expect(unencrypted == 0)
                _ = try await stack.database.query(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'user_sync_worker'")
            }
        }
        #expect(try await data.differences(in: stack.database) == "")
        let logins = try instance.logins
        #expect(logins.allSatisfy { $0.problem.isEmpty }, "\(logins)")
        #expect(logins.count { $0.user == DatabaseRoles.Role.orchestrator.rawValue } >= 2)
        #expect(logins.count { $0.user == DatabaseRoles.Role.worker.rawValue } >= 2)
        try await stack.remove()
        try await instance.stop()
    }

    @Test("a token of other keys is refused, and the error says what to check, and shows neither token nor key")
    func refusedToken() async throws {
        try await withTokens { instance, database in
            var settings = instance.settings(.viewer, database)
            settings["AWS_SECRET_ACCESS_KEY"] = "another-secret-of-nobody"
            let result = try await instance.orchestrator("status", settings: settings)
            #expect(result.status == 1)
            #expect(result.errorOutput.contains("rds-db:connect"), "\(result.errorOutput)")
            #expect(!result.errorOutput.contains("X-Amz-Signature"))
            #expect(!result.errorOutput.contains("another-secret"))
            #expect(try instance.logins.map(\.problem) == ["not the token that botocore makes"])
        }
    }

    @Test("no token leaves for a server that cannot prove its name, and none without TLS")
    func noTokenForStrangers() async throws {
        let stranger = try await TestCertificate.make(subjectAlternativeName: "DNS:localhost")
        try await withTokens { instance, database in
            let authority = "sslrootcert=\(instance.certificate.authorityFile)"
            for (host, options, problem) in [
                ("localhost", "sslrootcert=\(stranger.authorityFile)", "certificate verify failed"),
                ("127.0.0.1", authority, "does not match host name"),
                ("localhost", "sslrootcert=/nonexistent/authority.pem", "does not exist"),
            ] {
                let result = try await instance.orchestrator(
                    "status", settings: instance.settings(.viewer, database, host: host, options: options))
                #expect(result.status == 1)
                #expect(result.errorOutput.contains(problem), "\(result.errorOutput)")
            }
            for mode in ["disable", "allow", "prefer"] {
                let result = try await instance.orchestrator(
                    "status",
                    settings: instance.settings(.viewer, database, options: "sslmode=\(mode)&\(authority)"))
                #expect(result.status == 78)
                #expect(result.errorOutput.hasPrefix("configuration: DATABASE_IAM_AUTH "), "\(result.errorOutput)")
                #expect(result.errorOutput.contains("sslmode=\(mode)"))
            }
            #expect(try instance.logins.isEmpty)
        }
        try await withTokens(usesTLS: false) { instance, database in
            let result = try await instance.orchestrator(
                "status", settings: instance.settings(.viewer, database))
            #expect(result.status == 1)
            #expect(result.errorOutput.contains("does not support SSL"), "\(result.errorOutput)")
            #expect(try instance.logins.isEmpty)
        }
    }

    @Test("verify-full with a password: the right authority passes, a wrong one and a wrong name are refused")
    func verifyFull() async throws {
        let certificate = try await TestCertificate.make(subjectAlternativeName: "DNS:localhost")
        let stranger = try await TestCertificate.make(subjectAlternativeName: "DNS:localhost")
        let postgres = try await PostgresServer.start(certificate: certificate)
        let database = try await postgres.createDatabase()
        let url = try await DatabaseRoles.install(in: database).connectionString(.owner, database)

        func migrate(host: String, _ options: String, _ variables: [String: String] = [:]) async throws -> (
            status: Int32, errorOutput: String
        ) {
            let address = url.replacing("127.0.0.1", with: host)
            let result = try await ChildProcess.run(
                Executables.path("orchestrator"), ["migrate"],
                environment: variables.merging(
                    ["DATABASE_URL": "\(address)?sslmode=verify-full\(options)", "PATH": "/usr/bin:/bin"]) { $1 })
            return (result.status, result.errorOutput)
        }
        let right = try await migrate(host: "localhost", "&sslrootcert=\(certificate.authorityFile)")
        #expect(right.status == 0, "\(right.errorOutput)")
        let byVariable = try await migrate(host: "localhost", "", ["PGSSLROOTCERT": certificate.authorityFile])
        #expect(byVariable.status == 0, "\(byVariable.errorOutput)")

        let wrongAuthority = try await migrate(host: "localhost", "&sslrootcert=\(stranger.authorityFile)")
        #expect(wrongAuthority.status == 1)
        #expect(wrongAuthority.errorOutput.contains("certificate verify failed"), "\(wrongAuthority.errorOutput)")
        let wrongName = try await migrate(host: "127.0.0.1", "&sslrootcert=\(certificate.authorityFile)")
        #expect(wrongName.status == 1)
        #expect(wrongName.errorOutput.contains("does not match host name"), "\(wrongName.errorOutput)")
        try await postgres.stop()
    }
}
