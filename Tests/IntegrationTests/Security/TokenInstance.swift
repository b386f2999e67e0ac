import Foundation
import TestSupport

/// A PostgreSQL that lets the members of `rds_iam` in by IAM token alone, as Amazon RDS does, and a checker that knows right tokens
/// from wrong ones by botocore.
struct TokenInstance: Sendable {
    let postgres: PostgresServer
    let certificate: TestCertificate
    /// The only keys whose tokens are right.
    let secret = "rds+\(UInt64.random(in: 0 ... .max))/x"
    let sessionToken = "token/+=\(UInt64.random(in: 0 ... .max))"
    private let checker: ChildProcess

    static let region = "us-east-1"
    static let accessKeyID = "test"

    /// What the checker said to one login.
    struct Login: Decodable {
        let user: String
        let target: String
        /// Empty when the token was right.
        let problem: String
    }

    /// - Parameter usesTLS: whether the server speaks TLS; it lets everyone in without it too, so that it is the client that refuses.
    init(usesTLS: Bool = true) async throws {
        certificate = try await TestCertificate.make(subjectAlternativeName: "DNS:localhost")
        let checker = try ChildProcess.start(
            PythonEnvironment.currentBotocore(),
            ["\(packageRoot)/Tests/Servers/rds_iam.py", "--region", Self.region],
            environment: [
                "PATH": "/usr/bin:/bin", "AWS_ACCESS_KEY_ID": Self.accessKeyID, "AWS_SECRET_ACCESS_KEY": secret,
                "AWS_SESSION_TOKEN": sessionToken, "AWS_EC2_METADATA_DISABLED": "true",
            ])
        self.checker = checker
        try await eventually(within: .seconds(60), "the token checker listens") {
            checker.output.contains("\n")
        }
        let port = checker.output.prefix { $0.isNumber }
        postgres = try await PostgresServer.start(
            certificate: usesTLS ? certificate : nil,
            access: [
                #"host all +rds_iam all ldap ldapserver=127.0.0.1 ldapport=\#(port) ldapprefix="uid=" ldapsuffix=",dc=rds""#
            ])
        _ = try await postgres.query("CREATE ROLE rds_iam NOLOGIN")
    }

    /// Every login that the checker was asked about, in order.
    var logins: [Login] {
        get throws {
            try checker.output.split(separator: "\n").dropFirst().map {
                try JSONDecoder().decode(Login.self, from: Data($0.utf8))
            }
        }
    }

    /// The settings that make a program log in with tokens.
    func settings(
        _ role: DatabaseRoles.Role, _ database: TestDatabase, host: String = "localhost", options: String? = nil
    ) -> [String: String] {
        let options = options ?? "sslrootcert=\(certificate.authorityFile)"
        return [
            "DATABASE_IAM_AUTH": "true",
            "DATABASE_URL": "postgresql://\(role.rawValue)@\(host):\(postgres.port)/\(database.name)?\(options)",
            "AWS_REGION": Self.region, "AWS_ACCESS_KEY_ID": Self.accessKeyID, "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_SESSION_TOKEN": sessionToken, "LOG_LEVEL": "trace",
        ]
    }

    /// Runs a command of the orchestrator to its end.
    func orchestrator(
        _ arguments: String..., settings: [String: String]
    ) async throws -> (status: Int32, output: String, errorOutput: String) {
        try await ChildProcess.run(
            Executables.path("orchestrator"), arguments,
            environment: settings.merging(["PATH": "/usr/bin:/bin", "LOG_FORMAT": "json"]) { kept, _ in kept })
    }

    func stop() async throws {
        checker.kill()
        try await postgres.stop(.fast)
    }
}

/// Runs a part of a test with a database of a ``TokenInstance`` whose roles log in with tokens, and no other way.
func withTokens(
    usesTLS: Bool = true, _ body: (TokenInstance, TestDatabase) async throws -> Void
) async throws {
    let instance = try await TokenInstance(usesTLS: usesTLS)
    do {
        let database = try await instance.postgres.createDatabase()
        try await instance.postgres.run(
            file: "\(packageRoot)/infra/sql/roles.sql", variables: ["iam": "1"], database: database.name)
        try await body(instance, database)
    } catch {
        try? await instance.stop()
        throw error
    }
    try await instance.stop()
}
