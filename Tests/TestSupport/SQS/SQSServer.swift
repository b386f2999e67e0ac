import Foundation
import Glibc
import Synchronization

/// A real SQS server for the tests, on 127.0.0.1 and a port of its own. It is gone when the test process is, however that ends.
package final class SQSServer: Sendable {
    /// Which program answers.
    package enum Kind: String, Sendable {
        /// LocalStack: fast and close to the original; does not check signatures.
        case localstack
        /// moto's server: slow; checks signatures when asked to, see ``SQSServer/startVerifyingSignatures()``.
        case moto
        /// One that was running before the tests, for example ElasticMQ.
        case external
    }

    package let kind: Kind
    /// The server's base URL, without a slash at its end.
    package let endpoint: String
    package let region: String
    package let accessKeyID: String
    package let secret: String

    private let process: ChildProcess?

    private static let sharedServer = Shared { try await SQSServer.chosen() }

    /// The server that all tests of this process share; a test creates queues of its own, with ``uniqueQueueName()``.
    ///
    /// `SQS_ENDPOINT_URL` names one that is already running (with `AWS_REGION`, `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` where
    /// they matter); else `SQS_SERVER` chooses `localstack`, the default, or `moto`.
    package static func shared() async throws -> SQSServer {
        try await sharedServer.value()
    }

    /// Starts a server of a test's own.
    ///
    /// - Parameter environment: settings for it, besides those that make it work here.
    /// - Throws: ``TestSupportError`` with the end of its log when it does not come up, and when `scripts/setup` was not run.
    package static func start(_ kind: Kind, environment: [String: String] = [:]) async throws -> SQSServer {
        guard kind != .external else {
            throw TestSupportError("an external SQS server is named by SQS_ENDPOINT_URL, not started")
        }
        let folder = try TemporaryFolder(prefix: kind.rawValue)
        let port = try freePort()
        let process = try ChildProcess.start(
            "\(packageRoot)/scripts/sqs-server", [kind.rawValue, "\(port)", folder.path],
            environment: ChildProcess.environment(adding: environment), directory: folder.path,
            logFile: folder.file("log"))
        let server = SQSServer(
            kind: kind, endpoint: "http://127.0.0.1:\(port)", region: "us-east-1", accessKeyID: "test", secret: "test",
            process: process)
        try await process.becomesReady(within: .seconds(90)) { try await server.answers() }
        return server
    }

    /// Starts a moto server that refuses every request that is not signed with this server's access key and secret.
    /// - Parameter actions: what the key's owner may do, such as `sqs:SendMessage`; everything else is refused.
    package static func startVerifyingSignatures(allowing actions: [String] = ["*"]) async throws -> SQSServer {
        // The first three requests are let through, to make a user, its access key, and its rights.
        let server = try await start(.moto, environment: ["INITIAL_NO_AUTH_ACTION_COUNT": "3"])
        _ = try await server.identityRequest(["Action": "CreateUser", "UserName": "tester"])
        let key = try await server.identityRequest(["Action": "CreateAccessKey", "UserName": "tester"])
        let allowed = actions.map { "\"\($0)\"" }.joined(separator: ",")
        let policy =
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[\#(allowed)],"Resource":"*"}]}"#
        _ = try await server.identityRequest([
            "Action": "PutUserPolicy", "UserName": "tester", "PolicyName": "all", "PolicyDocument": policy,
        ])
        guard let id = key.firstMatch(of: /<AccessKeyId>(.+?)</)?.1,
            let secret = key.firstMatch(of: /<SecretAccessKey>(.+?)</)?.1
        else { throw TestSupportError("moto gave no access key: \(key)") }
        return SQSServer(
            kind: .moto, endpoint: server.endpoint, region: server.region, accessKeyID: String(id),
            secret: String(secret),
            process: server.process)
    }

    /// The environment variables that make an AWS client use this server.
    package var environment: [String: String] {
        [
            "AWS_ENDPOINT_URL_SQS": endpoint, "AWS_REGION": region, "AWS_ACCESS_KEY_ID": accessKeyID,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_EC2_METADATA_DISABLED": "true",
        ]
    }

    /// A name for a queue that no other test has.
    package static func uniqueQueueName(_ prefix: String = "test", isFIFO: Bool = true) -> String {
        "\(prefix)-\(UUID().uuidString.lowercased())\(isFIFO ? ".fifo" : "")"
    }

    /// Stops a server that the test started on its own, and loses what it held.
    package func stop() async throws {
        process?.terminate()
        _ = try await process?.wait(deadline: .seconds(30))
    }

    /// Ends a server that the test started on its own as a crash would.
    package func kill() {
        process?.kill()
    }

    /// Freezes a server that the test started on its own: it keeps its connections and answers nobody (SIGSTOP).
    package func pause() {
        process?.signalGroup(SIGSTOP)
    }

    /// Lets a frozen server go on (SIGCONT).
    package func resume() {
        process?.signalGroup(SIGCONT)
    }

    /// The end of the server's log, for messages.
    package func logTail(_ lines: Int = 40) -> String {
        process?.lastLines(lines) ?? ""
    }

    private init(
        kind: Kind, endpoint: String, region: String, accessKeyID: String, secret: String, process: ChildProcess?
    ) {
        self.kind = kind
        self.endpoint = endpoint
        self.region = region
        self.accessKeyID = accessKeyID
        self.secret = secret
        self.process = process
    }

    private static func chosen() async throws -> SQSServer {
        let environment = ProcessInfo.processInfo.environment
        if let url = environment["SQS_ENDPOINT_URL"], !url.isEmpty {
            return SQSServer(
                kind: .external, endpoint: url.hasSuffix("/") ? String(url.dropLast()) : url,
                region: environment["AWS_REGION"] ?? "us-east-1",
                accessKeyID: environment["AWS_ACCESS_KEY_ID"] ?? "test",
                secret: environment["AWS_SECRET_ACCESS_KEY"] ?? "test", process: nil)
        }
        let name = environment["SQS_SERVER"].flatMap { $0.isEmpty ? nil : $0 } ?? Kind.localstack.rawValue
        guard let kind = Kind(rawValue: name), kind != .external else {
            throw TestSupportError("SQS_SERVER is \(name); it may be localstack or moto")
        }
        return try await start(kind)
    }

    /// Whether SQS itself answers, not only the server around it.
    private func answers() async throws -> Bool {
        // moto counts SQS requests when it is to check signatures later on; it loads SQS on demand, so its own page will do.
        if kind == .moto { return try await curl(["\(endpoint)/moto-api/data.json"]) != nil }
        guard try await curl(["\(endpoint)/_localstack/health"]) != nil else { return false }
        let request = [
            "-H", "Content-Type: application/x-amz-json-1.0", "-H", "X-Amz-Target: AmazonSQS.ListQueues", "-d", "{}",
        ]
        return try await curl(request + ["-H", Self.unsigned(service: "sqs"), endpoint]) != nil
    }

    private func identityRequest(_ parameters: [String: String]) async throws -> String {
        let fields = parameters.merging(["Version": "2010-05-08"]) { old, _ in old }.flatMap {
            ["--data-urlencode", "\($0.key)=\($0.value)"]
        }
        guard let answer = try await curl(fields + ["-H", Self.unsigned(service: "iam"), endpoint]) else {
            throw TestSupportError("moto refused \(parameters["Action"] ?? "a request"):\n\(logTail())")
        }
        return answer
    }

    /// What tells an emulator which service a request is for.
    private static func unsigned(service: String) -> String {
        "Authorization: AWS4-HMAC-SHA256 Credential=test/20200101/us-east-1/\(service)/aws4_request, SignedHeaders=host, Signature=0"
    }

    /// Makes a request with the `curl` program, a client that is not ours; `nil` when the answer is an error or there is none.
    private func curl(_ arguments: [String]) async throws -> String? {
        let result = try await ChildProcess.run(
            "curl", ["-q", "-fsS", "--noproxy", "*", "--max-time", "20"] + arguments)
        return result.status == 0 ? result.output : nil
    }
}
