import Foundation
import SyncTestSupport
import TestSupport

@testable import SQS

/// What Lambda does between a queue and a function: receives up to ten messages, invokes the function with them, deletes what it does
/// not report as failed, and leaves the rest to the queue, where it comes again after the visibility timeout.
///
/// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
struct EventSourceMapping: Sendable {
    let sqs: SQSClient
    let queueURL: String
    let function: LambdaRuntimeServer
    var functionTimeout = Duration.seconds(60)

    /// Polls until cancelled.
    func run() async throws {
        while !Task.isCancelled {
            let messages = try await sqs.receiveMessage(
                queueURL: queueURL, maximumMessages: 10, waitTime: .seconds(1))
            if messages.isEmpty { continue }
            let failed = try await invoke(messages)
            let done = messages.filter { !failed.contains($0.messageID) }
            if done.isEmpty { continue }
            let entries = done.enumerated().map { (id: "m\($0)", receiptHandle: $1.receiptHandle) }
            _ = try await sqs.deleteMessageBatch(queueURL: queueURL, entries: entries)
        }
    }

    /// - Returns: the identifiers that the function reports as failed; all of them when it fails as a whole.
    func invoke(_ messages: [SQSMessage]) async throws -> [String] {
        let outcome = try await function.invoke(QueueEventJSON(messages).bytes, timeout: functionTimeout)
        guard case .response(let body) = outcome else { return messages.map(\.messageID) }
        return try BatchAnswer(body).failed
    }
}

/// A function's answer as Lambda reads it.
struct BatchAnswer {
    private struct Body: Decodable {
        struct Failure: Decodable { let itemIdentifier: String }
        let batchItemFailures: [Failure]
    }

    let failed: [String]

    init(_ body: String) throws {
        failed = try JSONDecoder().decode(Body.self, from: Data(body.utf8)).batchItemFailures.map(\.itemIdentifier)
    }
}

/// The event of a FIFO queue as Lambda builds it: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
struct QueueEventJSON {
    let bytes: [UInt8]

    init(_ messages: [SQSMessage]) throws {
        let records = messages.map { message -> [String: Any] in
            let digest = MD5.digest(message.body) ?? []
            return [
                "messageId": message.messageID, "receiptHandle": message.receiptHandle,
                "body": String(decoding: message.body, as: UTF8.self), "attributes": message.systemAttributes,
                "messageAttributes": message.attributes.mapValues { value -> [String: Any] in
                    ["stringValue": value, "stringListValues": [], "binaryListValues": [], "dataType": "String"]
                },
                "md5OfBody": digest.map { String(format: "%02x", $0) }.joined(), "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:users.fifo", "awsRegion": "us-east-1",
            ]
        }
        bytes = [UInt8](try JSONSerialization.data(withJSONObject: ["Records": records]))
    }
}
