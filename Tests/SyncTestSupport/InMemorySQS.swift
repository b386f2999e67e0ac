package import AWSClientSupport
package import CurlHTTP
import Foundation
import Logging
import SigV4
import Synchronization

@testable package import SQS

/// An SQS in memory for tests of what speaks to one: FIFO queues that keep each group to one reader, a dead-letter queue, and faults
/// by script. Time does not pass in it: what is received stays hidden until it is given back, deleted, or ``showHidden()`` is called.
package final class InMemorySQS: ServiceTransport {
    /// One call, as a script sees it.
    package struct Call: Sendable {
        /// For example `SendMessageBatch`.
        package let operation: String
        package let queueURL: String
        /// Ids of its entries, in order.
        package let entries: [String]
        /// How many calls of this operation came before it.
        package let number: Int
    }

    /// What becomes of a call instead of what should.
    package enum Fault: Sendable {
        /// It is refused as a whole, and nothing is done.
        case refused(status: Int, code: String)
        /// It is done, and the answer is lost.
        case answerLost
        /// It is not even sent.
        case unreachable
        /// Some of its entries are refused, by id: code, and whether that is the sender's fault.
        case entries([String: (code: String, senderFault: Bool)])
    }

    package struct Message: Sendable {
        package var id: String
        package var body: [UInt8]
        package var group: String
        package var deduplicationID: String
        package var attributes: [String: String]
        package var receives = 0
        var receipt: String?
    }

    private struct State {
        var queues: [String: [Message]] = [:]
        var deduplicationIDs: [String: Set<String>] = [:]
        var counter = 0
        var calls: [Call] = []
    }

    package static let queueURL = "https://sqs.eu-west-1.amazonaws.com/1/users.fifo"
    package static let deadLetterURL = "https://sqs.eu-west-1.amazonaws.com/1/dead.fifo"

    private let state = Mutex(State())
    private let script: @Sendable (Call) -> Fault?
    /// Deleting what is gone is an error, as with ElasticMQ.
    private let refusesSecondDelete: Bool

    /// - Parameter script: asked before each call.
    package init(refusesSecondDelete: Bool = false, script: @escaping @Sendable (Call) -> Fault? = { _ in nil }) {
        self.refusesSecondDelete = refusesSecondDelete
        self.script = script
    }

    package func client() throws -> SQSClient {
        try SQSClient(
            transport: self,
            credentials: StaticCredentialProvider(Credentials(accessKeyID: "AKID", secretAccessKey: "secret")),
            region: "eu-west-1", endpoint: nil, retry: RetryPolicy(maximumAttempts: 1),
            limits: SQSLimits(maximumMessageBytes: 1_048_576, maximumCallBytes: 1_048_576),
            environment: CallEnvironment(unixMilliseconds: { 1_788_093_360_000 }, random: { 0 }, sleep: { _ in }),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    // MARK: What tests look at and change

    package func messages(_ queueURL: String = InMemorySQS.queueURL) -> [Message] {
        state.withLock { $0.queues[queueURL] ?? [] }
    }

    package func calls(_ operation: String) -> [Call] {
        state.withLock { $0.calls.filter { $0.operation == operation } }
    }

    /// Messages that a reader holds.
    package func hidden(_ queueURL: String) -> Int { messages(queueURL).count { $0.receipt != nil } }

    package func put(
        _ body: [UInt8], group: String, deduplicationID: String, attributes: [String: String] = [:],
        into queueURL: String, receives: Int = 0
    ) {
        state.withLock { state in
            state.counter += 1
            state.queues[queueURL, default: []].append(
                Message(
                    id: "id\(state.counter)", body: body, group: group, deduplicationID: deduplicationID,
                    attributes: attributes, receives: receives))
        }
    }

    /// Takes every message out of a queue.
    package func takeAll(from queueURL: String) -> [Message] {
        state.withLock { state in
            defer { state.queues[queueURL] = [] }
            return state.queues[queueURL] ?? []
        }
    }

    /// Whatever readers hold, they hold no longer.
    package func showHidden() {
        state.withLock { state in
            for queue in state.queues.keys {
                for index in state.queues[queue, default: []].indices { state.queues[queue]?[index].receipt = nil }
            }
        }
    }

    // MARK: The transport

    package func send(
        _ request: HTTPRequest, maximumBodyBytes: Int
    ) async throws(HTTPClientError) -> ServiceResponse {
        let operation = (request.headers["X-Amz-Target"] ?? "").replacingOccurrences(of: "AmazonSQS.", with: "")
        let json = (try? JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any]) ?? [:]
        let entries = json["Entries"] as? [[String: Any]] ?? []
        let call = state.withLock { state in
            let call = Call(
                operation: operation, queueURL: json["QueueUrl"] as? String ?? "",
                entries: entries.map { $0["Id"] as? String ?? "" },
                number: state.calls.count { $0.operation == operation })
            state.calls.append(call)
            return call
        }
        var refused: [String: (code: String, senderFault: Bool)] = [:]
        let fault = script(call)
        switch fault {
        case .refused(let status, let code):
            return answer(["__type": "com.amazonaws.sqs#\(code)", "message": "scripted"], status: status)
        case .unreachable: throw HTTPClientError(code: .connect, method: "POST", host: "queue", detail: "scripted")
        case .entries(let some): refused = some
        case .answerLost, nil: break
        }
        let response = perform(call, json, entries, refused)
        if case .answerLost = fault {
            throw HTTPClientError(code: .connectionLost, method: "POST", host: "queue", detail: "scripted")
        }
        return response
    }

    private func perform(
        _ call: Call, _ json: [String: Any], _ entries: [[String: Any]],
        _ refused: [String: (code: String, senderFault: Bool)]
    ) -> ServiceResponse {
        switch call.operation {
        case "SendMessageBatch": batch(entries, refused) { self.take($0, into: call.queueURL) }
        case "DeleteMessageBatch":
            batch(entries, refused) { self.delete($0["ReceiptHandle"] as? String ?? "", from: call.queueURL) }
        case "ChangeMessageVisibilityBatch":
            batch(entries, refused) { self.show($0["ReceiptHandle"] as? String ?? "", in: call.queueURL) }
        case "ReceiveMessage": receive(json["MaxNumberOfMessages"] as? Int ?? 1, from: call.queueURL)
        case "GetQueueAttributes": attributes(of: call.queueURL)
        case "GetQueueUrl": answer(["QueueUrl": Self.deadLetterURL])
        default: answer(["__type": "InvalidAction"], status: 400)
        }
    }

    private enum EntryOutcome {
        case done([String: Any])
        case failed(String)
    }

    private func batch(
        _ entries: [[String: Any]], _ refused: [String: (code: String, senderFault: Bool)],
        _ body: ([String: Any]) -> EntryOutcome
    ) -> ServiceResponse {
        var (successful, failed) = ([[String: Any]](), [[String: Any]]())
        for entry in entries {
            let id = entry["Id"] as? String ?? ""
            if let refusal = refused[id] {
                failed.append(["Id": id, "SenderFault": refusal.senderFault, "Code": refusal.code])
                continue
            }
            switch body(entry) {
            case .done(let members): successful.append(members.merging(["Id": id]) { $1 })
            case .failed(let code): failed.append(["Id": id, "SenderFault": true, "Code": code])
            }
        }
        return answer(["Successful": successful, "Failed": failed])
    }

    private func take(_ entry: [String: Any], into queueURL: String) -> EntryOutcome {
        let body = Array((entry["MessageBody"] as? String ?? "").utf8)
        let deduplicationID = entry["MessageDeduplicationId"] as? String ?? ""
        let given = entry["MessageAttributes"] as? [String: [String: String]] ?? [:]
        let attributes = given.compactMapValues { $0["StringValue"] }
        let isNew = state.withLock { $0.deduplicationIDs[queueURL, default: []].insert(deduplicationID).inserted }
        if isNew {
            put(
                body, group: entry["MessageGroupId"] as? String ?? "", deduplicationID: deduplicationID,
                attributes: attributes, into: queueURL)
        }
        return .done([
            "MessageId": deduplicationID, "MD5OfMessageBody": Self.md5(body),
            "MD5OfMessageAttributes": Self.md5(AttributeChecksum.bytes(attributes)),
        ])
    }

    private func delete(_ receipt: String, from queueURL: String) -> EntryOutcome {
        state.withLock { state in
            let index = state.queues[queueURL]?.firstIndex { $0.receipt == receipt }
            guard let index else { return refusesSecondDelete ? .failed("ReceiptHandleIsInvalid") : .done([:]) }
            state.queues[queueURL]?.remove(at: index)
            return .done([:])
        }
    }

    private func show(_ receipt: String, in queueURL: String) -> EntryOutcome {
        state.withLock { state in
            if let index = state.queues[queueURL]?.firstIndex(where: { $0.receipt == receipt }) {
                state.queues[queueURL]?[index].receipt = nil
            }
            return .done([:])
        }
    }

    private func receive(_ maximum: Int, from queueURL: String) -> ServiceResponse {
        let messages = state.withLock { state -> [Message] in
            var busy = Set((state.queues[queueURL] ?? []).filter { $0.receipt != nil }.map(\.group))
            var taken: [Message] = []
            for index in (state.queues[queueURL] ?? []).indices where taken.count < maximum {
                guard var message = state.queues[queueURL]?[index] else { continue }
                // One call may take several of a group; what another call has taken blocks its group.
                guard !busy.contains(message.group) || taken.contains(where: { $0.group == message.group }) else {
                    continue
                }
                busy.insert(message.group)
                state.counter += 1
                message.receipt = "receipt\(state.counter)"
                message.receives += 1
                state.queues[queueURL]?[index] = message
                taken.append(message)
            }
            return taken
        }
        return answer([
            "Messages": messages.map { message -> [String: Any] in
                [
                    "MessageId": message.id, "ReceiptHandle": message.receipt ?? "",
                    "Body": String(decoding: message.body, as: UTF8.self), "MD5OfBody": Self.md5(message.body),
                    "Attributes": [
                        "MessageGroupId": message.group, "MessageDeduplicationId": message.deduplicationID,
                        "ApproximateReceiveCount": "\(message.receives)",
                    ],
                    "MessageAttributes": message.attributes.mapValues { ["DataType": "String", "StringValue": $0] },
                ]
            }
        ])
    }

    private func attributes(of queueURL: String) -> ServiceResponse {
        let messages = messages(queueURL)
        let hidden = messages.count { $0.receipt != nil }
        return answer([
            "Attributes": [
                "ApproximateNumberOfMessages": "\(messages.count - hidden)",
                "ApproximateNumberOfMessagesNotVisible": "\(hidden)",
                "RedrivePolicy": #"{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:1:dead.fifo","maxReceiveCount":"5"}"#,
            ]
        ])
    }

    private func answer(_ object: [String: Any], status: Int = 200) -> ServiceResponse {
        let body = (try? JSONSerialization.data(withJSONObject: object)) ?? Data()
        return ServiceResponse(status: status, body: Array(body))
    }

    private static func md5(_ bytes: [UInt8]) -> String {
        (MD5.digest(bytes) ?? []).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
