import Foundation
import SyncTestSupport
import Synchronization
import TestSupport
import Testing

@Suite("Replays that meet each other, or a worker", .serialized)
struct RedriveRaceIntegrationTests {
    @Test("two replays at once send each batch once, lose none, and both say that the sync is completed")
    func twoAtOnce() async throws {
        try await withTrial(2_000, visibilityTimeout: 10, maximumReceives: 2) { trial in
            try await trial.stack.database.query(
                """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '23514'; END $$;
                CREATE TRIGGER refuse AFTER INSERT ON sync_batches FOR EACH ROW EXECUTE FUNCTION refuse();
                """)
            let api = try await trial.startAPI()
            defer { api.stop() }
            try await trial.withWorkers { _ in
                let sync = try trial.startSync(api, ["SYNC_STALL_TIMEOUT": "600"])
                defer { sync.kill() }
                #expect(try await sync.wait(deadline: .seconds(150)) == 1)
                let failed = try await trial.stack.status()
                let dead = failed.batchesSent
                // More than one call brings, so that there is something left for the other.
                #expect(dead > 10)
                #expect(failed.batchesApplied == 0)
                // The queue shows some of them at a time only.
                try await eventually(within: .seconds(90), "\(dead) messages are in the dead-letter queue") {
                    try await trial.stack.deadLetters().total == dead
                }
                try await trial.stack.database.query("DROP TRIGGER refuse ON sync_batches")
                trial.faultIsOver()

                let sends = Sends()
                let others = try FaultProxy.start(to: trial.stack.server.endpoint)
                defer { others.stop() }
                // Each sends only once the other has letters in hand as well: neither is done before the other begins.
                let meeting = Meeting()
                trial.queue.inject(meeting.rule(of: 0, watching: sends))
                others.inject(meeting.rule(of: 1, watching: sends))
                async let first = redrive(trial, through: trial.queue)
                async let second = redrive(trial, through: others)
                let outcomes = try await [first, second]

                #expect(meeting.tookPlace)
                #expect(outcomes.map(\.replayed).reduce(0, +) == dead)
                #expect(outcomes.allSatisfy { $0.replayed > 0 && $0.completed == [failed.id] }, "\(outcomes)")
                #expect(outcomes.allSatisfy { $0.unfinished.isEmpty && $0.superseded.isEmpty && $0.left == 0 })
                #expect(sends.counts.count == dead)
                #expect(sends.counts.values.allSatisfy { $0 == 1 }, "\(sends.counts)")
                #expect(try await trial.stack.deadLetters().total == 0)
            }
            try await trial.verify(
                "two replays at once", injected: "all batches dead; proxies let both take letters before either sends")
        }
    }

    @Test("a batch that is sent again while its first worker still applies it is applied once")
    func whileApplied() async throws {
        try await withTrial(100, visibilityTimeout: 10, maximumReceives: 1, settings: ["SYNC_MESSAGE_GROUPS": "1"]) {
            trial in
            // Nobody may extend: the queue gives the first worker up while that works on.
            let sends = Sends()
            trial.queue.inject { request in
                sends.note(request)
                guard request.operation == "ChangeMessageVisibilityBatch" else { return .forward }
                return .answer(.sqsError("400 Bad Request", code: "ReceiptHandleIsInvalid", message: "injected"))
            }
            let gate = try await Gate.close(.beforeCommit, of: trial.stack)
            // What the workers wait for a lock, the gate may take longer.
            try await trial.stack.database.query("ALTER FUNCTION pass_gate() SET lock_timeout = 0")
            let api = try await trial.startAPI()
            defer { api.stop() }
            let sync = try trial.startSync(api, ["SYNC_STALL_TIMEOUT": "600"])
            defer { sync.kill() }
            try await trial.withWorkers { workers in
                try await gate.waitForArrivals()
                let name = try #require(try await trial.stack.waitForDeadLetters(1).first?.batch)
                #expect(try await trial.stack.count("SELECT count(*) FROM sync_batches") == 0)
                let before = sends.counts
                let outcome = try await redrive(trial, through: trial.queue, "--wait", "0")
                #expect(outcome.replayed == 1)
                #expect(before[name] == 1)
                #expect(sends.counts[name] == 2)
                try await eventually(within: .seconds(25), "a second worker is at the batch") {
                    try await trial.stack.count(
                        """
                        SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event = 'transactionid'
                        """) > 0
                }
                trial.queue.heal()
                trial.faultIsOver()
                try await gate.open()
                // The sync has ended FAILED if its orchestrator has seen the dead letter, and goes on otherwise.
                try await eventually(within: .seconds(90), "the sync is completed") {
                    _ = try await redrive(trial, through: trial.queue, "--wait", "5")
                    return try await trial.stack.status().status == "COMPLETED"
                }
                _ = try await sync.wait(deadline: .seconds(30))
                #expect(workers.allSatisfy { $0.isRunning })
            }
            try await trial.verify(
                "a replay while the batch is applied",
                injected: "proxy: extensions refused; one receive allowed; redrive")
        }
    }

    // MARK: Helpers

    /// What `dead-letters redrive --json` prints.
    private struct Outcome: Decodable {
        let replayed: Int
        let left: Int
        let completed: [Int]
        let unfinished: [Int]
        let superseded: [Int]
    }

    private func redrive(
        _ trial: FaultTrial, through proxy: FaultProxy, _ option: String = "--wait", _ value: String = "120"
    )
        async throws -> Outcome
    {
        let result = try await trial.stack.orchestrator(
            "dead-letters", "redrive", "--json", option, value, settings: ["AWS_ENDPOINT_URL_SQS": proxy.url],
            deadline: .seconds(180))
        guard let outcome = try? JSONDecoder().decode(Outcome.self, from: Data(result.output.utf8)) else {
            throw TestSupportError("redrive failed: \(result.output) \(result.errorOutput)")
        }
        #expect((result.status == 0) == outcome.unfinished.isEmpty)
        return outcome
    }
}

/// How often each batch is sent, by its number, as seen by proxies.
private final class Sends: Sendable {
    private let state = Mutex<[Int: Int]>([:])

    var counts: [Int: Int] { state.withLock { $0 } }

    func note(_ request: MisbehavingHTTPRequest) {
        guard request.operation == "SendMessageBatch", let object = try? JSONObject(request.body) else { return }
        for entry in object.array("Entries") {
            // Such as `s12a1b345`, or `s12a1b345r8f3a` when it was sent before.
            let name = entry["MessageDeduplicationId"] as? String ?? ""
            // What follows the `r` is drawn at random, and may hold a `b` as well.
            guard let number = name.prefix(while: { $0 != "r" }).split(separator: "b").last.flatMap({ Int($0) }) else {
                continue
            }
            state.withLock { $0[number, default: 0] += 1 }
        }
    }
}

/// Holds two senders back until both have received something.
private final class Meeting: Sendable {
    private let haveReceived = Mutex<Set<Int>>([])
    private static let patience = Duration.seconds(60)

    var tookPlace: Bool { haveReceived.withLock { $0.count } == 2 }

    func rule(of party: Int, watching sends: Sends) -> FaultProxy.Rule {
        { request in
            sends.note(request)
            switch request.operation {
            case "ReceiveMessage":
                return .rewrite(request: request.body) { answer in
                    let messages = (try? JSONObject(answer.body))?.array("Messages") ?? []
                    if !messages.isEmpty { self.haveReceived.withLock { _ = $0.insert(party) } }
                    return answer
                }
            case "SendMessageBatch":
                // The proxy's threads may block.
                let deadline = ContinuousClock.now + Self.patience
                while !self.tookPlace, .now < deadline { usleep(20_000) }
                return .forward
            default: return .forward
            }
        }
    }
}
