import AWSClientSupport
import CurlHTTP
import Logging
package import SQS
import SigV4
package import TestSupport

/// A whole service for one test: a database and queues of its own on real servers, the legacy simulator, and the programs.
package final class SyncStack: Sendable {
    package let database: TestDatabase
    package let queueURL: String
    package let deadLetterQueueURL: String
    /// A client of the test's own, straight to the server.
    package let sqs: SQSClient
    /// The SQS server that the queues are on.
    package let server: SQSServer
    /// What the legacy API wants to see as `x-api-key`.
    package let apiKey = "key-\(UInt64.random(in: 0 ... .max))"
    private let http: HTTPClient

    /// - Parameters:
    ///   - visibilityTimeout: seconds for which a received message stays hidden.
    ///   - maximumReceives: receives after which a message goes to the dead-letter queue.
    ///   - postgres: a database server of the test's own; nil takes the one that all share.
    ///   - server: an SQS server of the test's own; nil takes the one that all share.
    package init(
        visibilityTimeout: Int = 30, maximumReceives: Int = 5, postgres: PostgresServer? = nil,
        server: SQSServer? = nil
    ) async throws {
        // `??` takes no asynchronous right side.
        if let server { self.server = server } else { self.server = try await SQSServer.shared() }
        if let postgres {
            database = try await postgres.createDatabase()
        } else {
            database = try await PostgresServer.shared().createDatabase()
        }
        let server = self.server
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        http = HTTPClient(logger: logger)
        sqs = try SQSClient(
            http: http,
            credentials: StaticCredentialProvider(
                Credentials(accessKeyID: server.accessKeyID, secretAccessKey: server.secret)),
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

    /// The environment that both programs need; nothing of this process's own settings gets in.
    package var environment: [String: String] {
        var variables = server.environment
        variables["PATH"] = "/usr/bin:/bin"
        variables["DATABASE_URL"] = database.connectionString
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

    /// Runs a command of the orchestrator to its end.
    package func orchestrator(
        _ arguments: String..., api: Simulator? = nil, settings: [String: String] = [:],
        deadline: Duration = .seconds(120)
    ) async throws -> (status: Int32, output: String, errorOutput: String) {
        try await ChildProcess.run(
            Executables.path("orchestrator"), arguments, environment: variables(api?.url, settings), deadline: deadline)
    }

    /// Starts `orchestrator sync` and lets it run.
    package func startSync(_ api: Simulator?, settings: [String: String] = [:]) throws -> ChildProcess {
        try ChildProcess.start(
            Executables.path("orchestrator"), ["sync"], environment: variables(api?.url, settings))
    }

    /// Starts a worker; it goes with the test process at the latest.
    package func startWorker(settings: [String: String] = [:]) throws -> ChildProcess {
        try ChildProcess.start(Executables.path("worker"), environment: variables(nil, settings))
    }

    /// Brings the schema into place.
    package func migrate() async throws {
        let result = try await orchestrator("migrate")
        guard result.status == 0 else { throw TestSupportError("migrate failed: \(result.errorOutput)") }
    }

    /// Takes down what this stack made; servers are shared and stay.
    package func remove() async throws {
        await http.shutdown()
        try await database.drop()
    }

    private func variables(_ apiURL: String?, _ settings: [String: String]) -> [String: String] {
        var variables = environment
        variables["LEGACY_API_URL"] = apiURL
        return variables.merging(settings) { _, new in new }
    }
}

/// Runs a test on a stack of its own with the schema in place, and takes the stack down whatever comes.
package func withStack(
    visibilityTimeout: Int = 30, maximumReceives: Int = 5, _ body: (SyncStack) async throws -> Void
) async throws {
    let stack = try await SyncStack(visibilityTimeout: visibilityTimeout, maximumReceives: maximumReceives)
    do {
        try await stack.migrate()
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
