import AWSClientSupport
import CurlHTTP
import Logging
package import SQS
import SigV4
package import TestSupport

/// A whole service for one test: a database and queues of its own on real servers, the legacy simulator, and the programs.
///
/// Each program logs in to the database with its own role, as `infra/sql` grants it, and everything it prints is searched for the
/// stack's secrets.
package final class SyncStack: Sendable {
    package let database: TestDatabase
    package let queueURL: String
    package let deadLetterQueueURL: String
    /// A client of the test's own, straight to the server.
    package let sqs: SQSClient
    /// The SQS server that the queues are on.
    package let server: SQSServer
    /// What the legacy API wants to see as `x-api-key`.
    package let apiKey: String
    /// How the programs log in to the database.
    package let roles: DatabaseRoles
    /// Looks for this stack's secrets in what its programs print.
    package let secrets: SecretWatch
    private let awsSecret: String
    private let http: HTTPClient

    /// - Parameters:
    ///   - visibilityTimeout: seconds for which a received message stays hidden.
    ///   - maximumReceives: receives after which a message goes to the dead-letter queue.
    ///   - postgres: a database server of the test's own; nil takes the one that all share.
    ///   - server: an SQS server of the test's own; nil takes the one that all share.
    ///   - others: secrets of the test's own, to be searched for as well.
    package init(
        visibilityTimeout: Int = 30, maximumReceives: Int = 5, postgres: PostgresServer? = nil,
        server: SQSServer? = nil, secrets others: [String] = []
    ) async throws {
        // `??` takes no asynchronous right side.
        if let server { self.server = server } else { self.server = try await SQSServer.shared() }
        if let postgres {
            database = try await postgres.createDatabase()
        } else {
            database = try await PostgresServer.shared().createDatabase()
        }
        let server = self.server
        roles = try await DatabaseRoles.install(in: database)
        apiKey = "key-\(UInt64.random(in: 0 ... .max))"
        // LocalStack takes any secret, so it gets one that can be searched for.
        awsSecret = server.kind == .localstack ? "aws+\(UInt64.random(in: 0 ... .max))/x" : server.secret
        secrets = SecretWatch(
            others + [apiKey] + roles.passwords.values + (awsSecret.utf8.count >= 8 ? [awsSecret] : []))
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        http = HTTPClient(logger: logger)
        sqs = try SQSClient(
            http: http,
            credentials: StaticCredentialProvider(
                Credentials(accessKeyID: server.accessKeyID, secretAccessKey: awsSecret)),
            region: server.region, endpoint: AWSEndpoint(parsing: server.endpoint),
            limits: SQSLimits(maximumMessageBytes: 1_048_576, maximumCallBytes: 1_048_576), logger: logger)
        let deadLetters = try await sqs.createQueue(
            name: SQSServer.uniqueQueueName("dead"), attributes: ["FifoQueue": "true"])
        let arn = try await sqs.getQueueAttributes(queueURL: deadLetters, names: ["QueueArn"])["QueueArn"] ?? ""
        queueURL = try await sqs.createQueue(
            name: SQSServer.uniqueQueueName("users"),
            attributes: [
                "FifoQueue": "true", "DeduplicationScope": "messageGroup",
                "FifoThroughputLimit": "perMessageGroupId", "VisibilityTimeout": "\(visibilityTimeout)",
                "RedrivePolicy": #"{"deadLetterTargetArn":"\#(arn)","maxReceiveCount":"\#(maximumReceives)"}"#,
            ])
        deadLetterQueueURL = deadLetters
    }

    /// The environment of the orchestrator; nothing of this process's own settings gets in.
    package var environment: [String: String] { environment(of: .orchestrator) }

    /// The environment of a program that logs in to the database with this role.
    package func environment(of role: DatabaseRoles.Role) -> [String: String] {
        var variables = server.environment
        variables["PATH"] = "/usr/bin:/bin"
        variables["AWS_SECRET_ACCESS_KEY"] = awsSecret
        variables["DATABASE_URL"] = roles.connectionString(role, database)
        variables["SQS_QUEUE_URL"] = queueURL
        variables["LEGACY_API_KEY"] = apiKey
        variables["LOG_FORMAT"] = "json"
        return variables
    }

    // MARK: Programs

    /// Starts the legacy API and waits until it listens.
    package func startSimulator(_ data: SimulatedUsers, _ options: String...) async throws -> Simulator {
        try await Simulator(data, options: options, apiKey: apiKey)
    }

    /// Runs a command of the orchestrator to its end, with the role that is meant for it.
    package func orchestrator(
        _ arguments: String..., api: Simulator? = nil, settings: [String: String] = [:],
        deadline: Duration = .seconds(120)
    ) async throws -> (status: Int32, output: String, errorOutput: String) {
        let role: DatabaseRoles.Role =
            switch arguments.first {
            case "migrate": .owner
            case "history" where arguments.dropFirst().first == "prune": .orchestrator
            case "status", "history", "rejects", "source", "users": .viewer
            default: .orchestrator
            }
        let program = try start("orchestrator", arguments, as: role, api, settings)
        let status = try await program.wait(deadline: deadline)
        return (status, program.output, program.errorOutput)
    }

    /// Starts `orchestrator sync` and lets it run.
    package func startSync(_ api: Simulator?, settings: [String: String] = [:]) throws -> ChildProcess {
        try start("orchestrator", ["sync"], as: .orchestrator, api, settings)
    }

    /// Starts a worker; it goes with the test process at the latest.
    package func startWorker(settings: [String: String] = [:]) throws -> ChildProcess {
        try start("worker", [], as: .worker, nil, settings)
    }

    /// Brings the schema into place, as its owner, and gives the other roles their rights on it.
    /// - Parameter tables: SQL of another program that was there first; nil: nothing was.
    package func migrate(after tables: String? = nil) async throws {
        if let tables { try await roles.run(tables, as: .owner, in: database) }
        let result = try await orchestrator("migrate")
        guard result.status == 0 else { throw TestSupportError("migrate failed: \(result.errorOutput)") }
        try await roles.grant(in: database)
    }

    /// Takes down what this stack made; servers are shared and stay.
    /// - Throws: ``TestSupportError`` also when a program has printed a secret.
    package func remove() async throws {
        await http.shutdown()
        try await database.drop()
        let findings = secrets.findings
        guard findings.isEmpty else { throw TestSupportError(findings.joined(separator: "\n")) }
    }

    private func start(
        _ program: String, _ arguments: [String], as role: DatabaseRoles.Role, _ api: Simulator?,
        _ settings: [String: String]
    ) throws -> ChildProcess {
        var variables = environment(of: role)
        variables["LEGACY_API_URL"] = api?.url
        return secrets.watch(
            try ChildProcess.start(
                Executables.path(program), arguments, environment: variables.merging(settings) { _, new in new }))
    }
}

/// Runs a test on a stack of its own with the schema in place, and takes the stack down whatever comes.
package func withStack(
    visibilityTimeout: Int = 30, maximumReceives: Int = 5, after tables: String? = nil,
    _ body: (SyncStack) async throws -> Void
) async throws {
    let stack = try await SyncStack(visibilityTimeout: visibilityTimeout, maximumReceives: maximumReceives)
    do {
        try await stack.migrate(after: tables)
        try await body(stack)
    } catch {
        try? await stack.remove()
        throw error
    }
    try await stack.remove()
}

/// Runs a part of a test with some workers, which are stopped at its end, however that comes.
package func withWorkers(
    _ count: Int = 1, of stack: SyncStack, settings: [String: String] = [:],
    _ body: ([ChildProcess]) async throws -> Void
) async throws {
    let workers = try (0..<count).map { _ in try stack.startWorker(settings: settings) }
    defer { for worker in workers { worker.kill() } }
    try await body(workers)
}
