import Foundation
import SyncTestSupport
import TestSupport

@testable import SQS

/// The worker as a Lambda function, in an environment of its own, for one test.
final class LambdaFunction: Sendable {
    let runtime: LambdaRuntimeServer
    let process: ChildProcess

    /// - Parameter settings: what the function's environment has besides the database; nil values take one out.
    init(_ stack: SyncStack, settings: [String: String?] = [:]) throws {
        runtime = try LambdaRuntimeServer()
        // No setting of the queue: Lambda reads it.
        var environment: [String: String] = [
            "PATH": "/usr/bin:/bin", "DATABASE_URL": stack.database.connectionString,
            "AWS_LAMBDA_RUNTIME_API": runtime.address,
        ]
        for (name, value) in settings { environment[name] = value }
        process = try ChildProcess.start(Executables.path("worker"), environment: environment)
    }

    func stop() {
        process.kill()
        runtime.stop()
    }
}

extension SyncStack {
    /// Writes the row of a sync under way, for messages that no orchestrator has sent.
    func beginSync() async throws -> Int {
        try await count("INSERT INTO sync_logs (status) VALUES ('RUNNING') RETURNING id")
    }
}

/// A batch of one user, as a queue would hand it to Lambda.
func batchMessage(
    sync: Int, number: Int, lane: Int, receiveCount: Int = 1, user: String? = nil, attributes: [String: String] = [:]
) -> SQSMessage {
    let name = user ?? "user\(number)"
    let body =
        user == "poison"
        ? "user-sync/1\t\(sync)\t\(number)\t\(lane)\t1\nno number\n"
        : "user-sync/1\t\(sync)\t\(number)\t\(lane)\t1\n\(number)\t1680674767000000\t0\t\(name)\t\(name)@example.com\n"
    return SQSMessage(
        messageID: "message-\(number)", receiptHandle: "receipt-\(number)", body: Array(body.utf8),
        systemAttributes: [
            "MessageGroupId": "u\(lane)", "MessageDeduplicationId": "s\(sync)a1b\(number)",
            "ApproximateReceiveCount": "\(receiveCount)", "SentTimestamp": "1680674767000",
            "SequenceNumber": "188494964604676\(96_000 + number)",
        ], attributes: attributes)
}
