import AWSClientSupport
import CurlHTTP
import Logging
import SQS
import SigV4
import Synchronization

/// An SQS in a box: answers every request by a closure, and remembers what was asked.
final class ScriptedService: ServiceTransport {
    private let answer: @Sendable (HTTPRequest) throws(HTTPClientError) -> ServiceResponse
    private let seen = Mutex<[HTTPRequest]>([])

    init(_ answer: @escaping @Sendable (HTTPRequest) throws(HTTPClientError) -> ServiceResponse) {
        self.answer = answer
    }

    convenience init(status: Int = 200, _ body: String, headers: HTTPHeaders = [:]) {
        self.init { _ in ServiceResponse(status: status, headers: headers, body: Array(body.utf8)) }
    }

    var requests: [HTTPRequest] { seen.withLock { $0 } }

    func send(_ request: HTTPRequest, maximumBodyBytes: Int) async throws(HTTPClientError) -> ServiceResponse {
        seen.withLock { $0.append(request) }
        return try answer(request)
    }

    func client(
        endpoint: AWSEndpoint? = nil, retry: RetryPolicy = RetryPolicy(maximumAttempts: 1),
        limits: SQSLimits = SQSLimits(), sleep: @escaping @Sendable (Duration) -> Void = { _ in }
    ) throws -> SQSClient {
        try SQSClient(
            transport: self,
            credentials: StaticCredentialProvider(Credentials(accessKeyID: "AKID", secretAccessKey: "secret")),
            region: "eu-west-1", endpoint: endpoint, retry: retry, limits: limits,
            environment: CallEnvironment(unixMilliseconds: { 1_788_093_360_000 }, random: { 0 }, sleep: { sleep($0) }),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}

/// The error of a call, or `nil` when it succeeded.
func failure<Value>(of body: () async throws -> Value) async -> SQSError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? SQSError
    }
}
