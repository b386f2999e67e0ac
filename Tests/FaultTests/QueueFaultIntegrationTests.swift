import Foundation
import SyncTestSupport
import Synchronization
import TestSupport
import Testing

@Suite("A queue service that fails for a while", .serialized)
struct QueueFaultIntegrationTests {
    @Test(
        "answers 500, 503 and throttling to a third of all calls",
        arguments: [
            ("500 Internal Server Error", "InternalFailure"), ("503 Service Unavailable", "ServiceUnavailable"),
            ("400 Bad Request", "RequestThrottled"),
        ])
    func errors(status: String, code: String) async throws {
        try await withTrial(visibilityTimeout: 10) { trial in
            let dice = Dice(seed: 7)
            trial.queue.inject { _ in
                dice.roll(1, in: 3) ? .answer(.sqsError(status, code: code, message: "injected")) : .forward
            }
            try await trial.completeSync(faultsAtLeast: 3)
            try await trial.verify(
                "SQS answers \(status.prefix(3)) \(code)", injected: "proxy: every third call, at random")
        }
    }

    @Test("cuts connections: before the request, instead of the answer, in the middle of the answer")
    func cuts() async throws {
        try await withTrial(visibilityTimeout: 10) { trial in
            let dice = Dice(seed: 11)
            let turns = Mutex(0)
            trial.queue.inject { request in
                // A lost answer to a receive hides its messages for the visibility timeout: fewer of those.
                if request.operation == "ReceiveMessage" { return dice.roll(1, in: 20) ? .loseAnswer : .forward }
                // Every other one of the rest, each kind in its turn: also the few of a small sync meet all three.
                let turn = turns.withLock { turns in
                    defer { turns += 1 }
                    return turns
                }
                switch turn % 6 {
                case 0: return .cutRequest
                case 2: return .loseAnswer
                case 4: return .cutAnswer(afterBytes: dice.number(below: 40))
                default: return .forward
                }
            }
            try await trial.completeSync(faultsAtLeast: 3)
            try await trial.verify(
                "SQS connections cut", injected: "proxy: resets before, instead of and inside answers")
        }
    }

    @Test("partial batch failures on send: only what was refused is sent again")
    func partialSends() async throws {
        try await withTrial { trial in
            let dice = Dice(seed: 13)
            trial.queue.inject { request in
                guard request.operation == "SendMessageBatch" else { return .forward }
                guard let (body, ids) = try? request.droppingEntries({ _ in dice.roll(1, in: 3) }), !ids.isEmpty,
                    let object = try? JSONObject(body), !object.array("Entries").isEmpty
                else { return .forward }
                return .rewrite(request: body) { $0.failing(ids) }
            }
            try await trial.completeSync(faultsAtLeast: 2)
            try await trial.verify("partial failures on send", injected: "proxy: a third of the entries refused")
        }
    }

    @Test("partial batch failures on delete: what stayed comes again and changes nothing")
    func partialDeletes() async throws {
        try await withTrial(visibilityTimeout: 10) { trial in
            let dice = Dice(seed: 17)
            trial.queue.inject { request in
                guard request.operation == "DeleteMessageBatch" else { return .forward }
                guard let (body, ids) = try? request.droppingEntries({ _ in dice.roll(1, in: 3) }), !ids.isEmpty
                else { return .forward }
                guard let object = try? JSONObject(body), !object.array("Entries").isEmpty else {
                    // All of it: the server is not even asked.
                    return .answer(
                        HTTPAnswer("200 OK", ["Content-Type: application/x-amz-json-1.0"], "{}").failing(ids))
                }
                return .rewrite(request: body) { $0.failing(ids) }
            }
            try await trial.completeSync(faultsAtLeast: 2)
            try await trial.verify("partial failures on delete", injected: "proxy: a third of the entries refused")
        }
    }

    @Test("an expired token is renewed, and the call made again")
    func expiredToken() async throws {
        let tokensGiven = Atomic(0)
        let credentials = try MisbehavingHTTPServer.start { connection, _ in
            let number = tokensGiven.add(1, ordering: .sequentiallyConsistent).newValue
            try connection.respond(
                "200 OK", ["Content-Type: application/json"],
                #"{"AccessKeyId":"test","SecretAccessKey":"test","Token":"token-\#(number)","Expiration":"2099-01-01T00:00:00Z"}"#
            )
        }
        defer { credentials.stop() }
        let settings = [
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": credentials.url + "/credentials",
            // Empty counts as not set: the chain goes on to the container's credentials.
            "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "",
        ]
        // Enough batches for more calls than two tokens allow, whatever a call brings.
        try await withTrial(9_000, settings: settings) { trial in
            // Each token is good for so many calls.
            let uses = Mutex<[String: Int]>([:])
            trial.queue.inject { request in
                let token = request.header("X-Amz-Security-Token") ?? ""
                let count = uses.withLock { uses in
                    uses[token, default: 0] += 1
                    return uses[token] ?? 0
                }
                guard count > 10 else { return .forward }
                return .answer(
                    .sqsError(
                        "403 Forbidden", code: "ExpiredTokenException",
                        message: "The security token included in the request is expired"))
            }
            try await trial.completeSync(faultsAtLeast: 2)
            #expect(tokensGiven.load(ordering: .sequentiallyConsistent) > 2)
            try await trial.verify("expired token (403)", injected: "proxy: each token is refused after ten calls")
        }
    }

    @Test("a server whose clock is an hour ahead is met with a corrected clock")
    func clockSkew() async throws {
        try await withTrial { trial in
            let ahead = TimeInterval(3600)
            trial.queue.inject { request in
                let now = Date().addingTimeInterval(ahead)
                guard let signed = request.header("X-Amz-Date").flatMap(AmazonDate.parse),
                    abs(signed.timeIntervalSince(now)) < 300
                else {
                    return .answer(
                        .sqsError(
                            "403 Forbidden", code: "InvalidSignatureException",
                            message: "Signature expired: the request's time is too far from the service's",
                            headers: ["Date: \(AmazonDate.http(now))"]))
                }
                return .forward
            }
            try await trial.completeSync(faultsAtLeast: 2)
            // Once a process has learnt the difference it signs right at once: calls that started before may fail too.
            #expect(trial.queue.faults < trial.queue.requests / 2)
            try await trial.verify("clock an hour off", injected: "proxy: refuses every signature older than 5 minutes")
        }
    }

    @Test("messages that come twice, and out of order, change nothing")
    func doublesAndDisorder() async throws {
        try await withTrial { trial in
            trial.queue.inject { request in
                if request.operation == "SendMessageBatch", let doubled = try? request.doublingEntries() {
                    return .rewrite(request: doubled) { $0.withoutDoubles() }
                }
                if request.operation == "ReceiveMessage" {
                    return .rewrite(request: request.body) { $0.reversingMessages() }
                }
                return .forward
            }
            try await trial.completeSync(faultsAtLeast: 2)
            let row = try await trial.stack.status()
            #expect(row.batchesSent == row.batchesApplied)
            try await trial.verify(
                "every message twice, in reverse", injected: "proxy: doubles sends, reverses receives")
        }
    }
}
