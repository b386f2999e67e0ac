import AWSClientSupport
import CurlHTTP
import Foundation
import Logging
import SigV4
import Synchronization

@testable import SQS
@testable import Worker

/// An SQS that hands out prepared messages, one receive after the other, and notes what it is told.
final class ScriptedQueue: ServiceTransport {
    /// What a receive is answered with.
    enum Receive: Sendable {
        case messages([TestMessage])
        case refused(status: Int, code: String)
    }

    private struct State {
        var receives: [Receive]
        var events: [String] = []
        var handles: [String: String] = [:]
    }

    private let state: Mutex<State>
    private let visibilityTimeout: Int
    private let maximumReceives: Int?
    /// Called at a receive for which nothing is left.
    private let exhausted: @Sendable () -> Void
    /// Called before a request takes effect, with what it will be noted as.
    private let arriving: @Sendable (String) async -> Void

    /// - Parameter visibilityTimeout: so long that no message of a test, however slow its machine, is due for an extension.
    init(
        _ receives: [Receive], visibilityTimeout: Int = 3600, maximumReceives: Int? = 5,
        arriving: @escaping @Sendable (String) async -> Void = { _ in }, exhausted: @escaping @Sendable () -> Void
    ) {
        state = Mutex(State(receives: receives))
        self.visibilityTimeout = visibilityTimeout
        self.maximumReceives = maximumReceives
        self.arriving = arriving
        self.exhausted = exhausted
    }

    /// What arrived, in order: `receive`, `delete a b`, `hide a b for 30`.
    var events: [String] { state.withLock { $0.events } }

    /// The same without receives.
    var changes: [String] { events.filter { $0 != "receive" } }

    func workQueue() async throws -> WorkQueue {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let client = try SQSClient(
            transport: self,
            credentials: StaticCredentialProvider(Credentials(accessKeyID: "AKID", secretAccessKey: "secret")),
            region: "eu-west-1", endpoint: nil, retry: RetryPolicy(maximumAttempts: 1),
            environment: CallEnvironment(unixMilliseconds: { 1_788_093_360_000 }, random: { 0 }, sleep: { _ in }),
            logger: logger)
        return try await WorkQueue(
            sqs: client, queueURL: "https://sqs.eu-west-1.amazonaws.com/1/q.fifo", logger: logger)
    }

    func send(_ request: HTTPRequest, maximumBodyBytes: Int) async throws(HTTPClientError) -> ServiceResponse {
        let body = (try? JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any]) ?? [:]
        let entries = body["Entries"] as? [[String: Any]] ?? []
        let names = state.withLock { state in
            entries.map { state.handles[$0["ReceiptHandle"] as? String ?? ""] ?? "?" }.joined(separator: " ")
        }
        switch request.headers["X-Amz-Target"] {
        case "AmazonSQS.GetQueueAttributes":
            var attributes = ["FifoQueue": "true", "VisibilityTimeout": "\(visibilityTimeout)"]
            if let maximumReceives {
                attributes["RedrivePolicy"] =
                    #"{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:1:d.fifo","maxReceiveCount":\#(maximumReceives)}"#
            }
            return json(["Attributes": attributes])
        case "AmazonSQS.ReceiveMessage":
            await note("receive")
            return receive()
        case "AmazonSQS.DeleteMessageBatch":
            await note("delete \(names)")
        case "AmazonSQS.ChangeMessageVisibilityBatch":
            await note("hide \(names) for \(entries.first?["VisibilityTimeout"] ?? "?")")
        default: return ServiceResponse(status: 400, body: Array("{}".utf8))
        }
        return json(["Successful": entries.map { ["Id": $0["Id"] ?? ""] }, "Failed": []])
    }

    private func note(_ event: String) async {
        await arriving(event)
        state.withLock { $0.events.append(event) }
    }

    private func receive() -> ServiceResponse {
        let next = state.withLock { $0.receives.isEmpty ? nil : $0.receives.removeFirst() }
        switch next {
        case nil:
            exhausted()
            return json([:])
        case .refused(let status, let code):
            return ServiceResponse(
                status: status, body: Array(#"{"__type":"com.amazonaws.sqs#\#(code)","message":"scripted"}"#.utf8))
        case .messages(let messages):
            state.withLock { state in
                for message in messages { state.handles["receipt-\(message.name)"] = message.name }
            }
            return json(["Messages": messages.map(\.json)])
        }
    }

    private func json(_ object: [String: Any]) -> ServiceResponse {
        ServiceResponse(
            status: 200, body: [UInt8]((try? JSONSerialization.data(withJSONObject: object)) ?? Data("{}".utf8)))
    }
}

/// A message of one user.
struct TestMessage: Sendable {
    let name: String
    let lane: Int
    let number: Int
    var receives = 1
    var body: String
    var groupID: String { "u\(lane)" }
    var deduplicationID: String

    init(_ number: Int, lane: Int = 0, receives: Int = 1, body: String? = nil, deduplicationID: String? = nil) {
        self.name = "m\(number)"
        self.lane = lane
        self.number = number
        self.receives = receives
        self.body =
            body
            ?? "user-sync/1\t1\t\(number)\t\(lane)\t1\n\(number)\t1680674767000000\t0\tuser\(number)\tu@example.com\n"
        self.deduplicationID = deduplicationID ?? "s1a1b\(number)"
    }

    var attributes: [String: String] {
        [
            "MessageGroupId": groupID, "MessageDeduplicationId": deduplicationID,
            "ApproximateReceiveCount": "\(receives)",
        ]
    }

    fileprivate var json: [String: Any] {
        [
            "MessageId": name, "ReceiptHandle": "receipt-\(name)", "Body": body, "Attributes": attributes,
            "MD5OfBody": (MD5.digest(Array(body.utf8)) ?? []).map { String(format: "%02x", $0) }.joined(),
        ]
    }

    var received: ReceivedMessage {
        ReceivedMessage(
            message: SQSMessage(
                messageID: name, receiptHandle: "receipt-\(name)", body: Array(body.utf8), systemAttributes: attributes,
                attributes: [:]))
    }
}
