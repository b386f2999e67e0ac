import AWSClientSupport
import CurlHTTP
import Logging
import SQS
import SigV4
import SyncCore
import TestSupport

/// Answers of SQS, or of what stands in its place: every call ends in a result that accounts for each entry, or in an error of one line.
package struct AnswerSubject: FuzzSubject {
    package static let name = "answers"
    package static let leastPercent = (accepted: 5, refused: 30)

    package init() {}

    package func run(seed: UInt64) async -> FuzzOutcome {
        var random = SeededGenerator(seed: seed)
        let (fitting, answer) = AnswerGenerator.answer(using: &random)
        let operation = random.chance(1, in: 5) ? AnswerGenerator.Call.allCases[Int(seed % 4)] : fitting
        var outcome = FuzzOutcome(bytes: answer.body.count)
        do {
            let client = try SQSClient(
                transport: OneAnswer(answer: answer),
                credentials: StaticCredentialProvider(Credentials(accessKeyID: "AKID", secretAccessKey: Self.secret)),
                region: "eu-west-1", endpoint: nil, retry: RetryPolicy(maximumAttempts: 2), environment: .still,
                logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() })
            let call = try await Self.call(client, operation)
            outcome.accepted = call.accepted
            outcome.problem = call.problem
        } catch {
            outcome.refused = 1
            let text = "\(error)"
            if !isOneLine(text) || text.utf8.count > 4_096 || text.contains(Self.secret) {
                outcome.problem = "the error is no line for a log: \(Excerpt.printable(Array(text.utf8), isCut: false))"
            }
        }
        if let problem = outcome.problem {
            outcome.problem = "\(problem); status \(answer.status): \(Excerpt.printable(answer.body, isCut: false))"
        }
        return outcome
    }

    private static let secret = "fuzz-secret-key"
    private static let queue = "https://sqs.eu-west-1.amazonaws.com/1/users.fifo"

    private static func call(
        _ client: SQSClient, _ operation: AnswerGenerator.Call
    ) async throws -> (accepted: Int, problem: String?) {
        switch operation {
        case .receive:
            let messages = try await client.receiveMessage(queueURL: queue, maximumMessages: 10, waitTime: .zero)
            // What the worker does next with whatever came.
            for message in messages { _ = try? MessageDecoder.decode(message.body) }
            return (messages.count, nil)
        case .send:
            let entries = ["a", "b"].map {
                SendMessageBatchEntry(id: $0, body: Array("hello".utf8), messageGroupID: "g", deduplicationID: $0)
            }
            let result = try await client.sendMessageBatch(queueURL: queue, entries: entries)
            return verdict(result.successful.map(\.id), result.failed)
        case .delete:
            let result = try await client.deleteMessageBatch(
                queueURL: queue, entries: [(id: "a", receiptHandle: "r"), (id: "b", receiptHandle: "s")])
            return verdict(result.successful, result.failed)
        case .attributes:
            return (try await client.getQueueAttributes(queueURL: queue).count, nil)
        }
    }

    /// Each entry is answered for once, whatever the answer says of it.
    private static func verdict(_ successful: [String], _ failed: [BatchFailure]) -> (accepted: Int, problem: String?) {
        let ids = (successful + failed.map(\.id)).sorted()
        return (successful.count, ids == ["a", "b"] ? nil : "entries in the result: \(ids)")
    }
}
