import AWSClientSupport
import CurlHTTP
import Logging
import SQS
import SigV4
import TestSupport

/// A client of the tests' real SQS server, and what tests do with it.
struct LiveQueue {
    let server: SQSServer
    let client: SQSClient

    /// One for all tests, as in a program; it lives as long as the process.
    private static let http = HTTPClient(logger: quiet)
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init(
        _ server: SQSServer, credentials: Credentials? = nil, limits: SQSLimits = SQSLimits(),
        altering alter: (@Sendable (inout HTTPRequest) -> Void)? = nil
    ) throws {
        self.server = server
        let own = Credentials(accessKeyID: server.accessKeyID, secretAccessKey: server.secret)
        client = try SQSClient(
            transport: AlteringTransport(base: Self.http, alter: alter),
            credentials: StaticCredentialProvider(credentials ?? own), region: server.region,
            endpoint: try AWSEndpoint(parsing: server.endpoint), retry: .standard, limits: limits, environment: .live,
            logger: Self.quiet)
    }

    /// A FIFO queue that no other test has.
    func createQueue(_ attributes: [String: String] = [:]) async throws -> String {
        try await client.createQueue(
            name: SQSServer.uniqueQueueName(),
            attributes: ["FifoQueue": "true", "VisibilityTimeout": "30"].merging(attributes) { $1 })
    }

    /// Sends one message and expects that it is taken.
    func send(_ body: String, to queueURL: String, group: String = "g", deduplicationID: String? = nil) async throws {
        let entry = SendMessageBatchEntry(
            id: "0", body: Array(body.utf8), messageGroupID: group,
            deduplicationID: deduplicationID ?? "\(body.utf8.count)-\(UInt64.random(in: 0 ... .max))")
        let result = try await client.sendMessageBatch(queueURL: queueURL, entries: [entry])
        guard result.failed.isEmpty else { throw TestSupportError("\(result.failed)") }
    }

    func receive(_ queueURL: String, maximum: Int = 10, wait: Int = 1, visibility: Duration? = nil) async throws
        -> [SQSMessage]
    {
        try await client.receiveMessage(
            queueURL: queueURL, maximumMessages: maximum, waitTime: .seconds(wait), visibilityTimeout: visibility)
    }

    func delete(_ messages: [SQSMessage], from queueURL: String) async throws -> BatchResult<String> {
        try await client.deleteMessageBatch(
            queueURL: queueURL, entries: messages.enumerated().map { ("\($0.offset)", $0.element.receiptHandle) })
    }

    /// Receives and deletes until a receive brings nothing.
    func drain(_ queueURL: String) async throws -> [SQSMessage] {
        var all: [SQSMessage] = []
        for _ in 0..<100 {
            let messages = try await receive(queueURL)
            if messages.isEmpty { break }
            all += messages
            guard try await delete(messages, from: queueURL).failed.isEmpty else {
                throw TestSupportError("a delete failed")
            }
        }
        return all
    }
}

/// Stands for a proxy on the way that changes requests after they were signed.
private struct AlteringTransport: ServiceTransport {
    let base: HTTPClient
    let alter: (@Sendable (inout HTTPRequest) -> Void)?

    func send(_ request: HTTPRequest, maximumBodyBytes: Int) async throws(HTTPClientError) -> ServiceResponse {
        var request = request
        alter?(&request)
        return try await base.send(request, maximumBodyBytes: maximumBodyBytes)
    }
}

extension SQSMessage {
    var text: String { String(decoding: body, as: UTF8.self) }
}
