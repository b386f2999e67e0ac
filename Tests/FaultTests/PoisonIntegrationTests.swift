import Foundation
import SQS
import SyncCore
import SyncTestSupport
import Synchronization
import TestSupport
import Testing

@Suite("Messages that cannot be applied", .serialized)
struct PoisonIntegrationTests {
    @Test("what is not ours is hidden longer each time, then a dead letter; its lanes go on, redrive leaves it")
    func foreign() async throws {
        try await withTrial(visibilityTimeout: 10, maximumReceives: 3) { trial in
            let deliveries = Deliveries()
            trial.queue.inject(deliveries.rule)
            let poison = [
                "hello, world", "user-sync/9\t1\t1\t0\t1\n", "user-sync/1\t1\t1\t0\t2\n17\t16", noise(1 << 20),
            ]
            for (lane, body) in poison.enumerated() {
                let sent = try await trial.stack.sqs.sendMessageBatch(
                    queueURL: trial.stack.queueURL,
                    entries: [
                        SendMessageBatchEntry(
                            id: "m0", body: Array(body.utf8), messageGroupID: "u\(lane)",
                            deduplicationID: "poison\(lane)")
                    ])
                #expect(sent.failed.isEmpty)
            }
            let api = try await trial.startAPI()
            defer { api.stop() }
            let sync = try trial.startSync(api)
            defer { sync.kill() }
            trial.faultIsOver()
            try await trial.withWorkers { _ in
                try await trial.complete(sync)
                let letters = try await trial.stack.waitForDeadLetters(poison.count)
                #expect(letters.allSatisfy { $0.syncId == nil && !$0.replayable })
                #expect(letters.allSatisfy { $0.cause?.contains("message refused") == true })
            }
            for lane in poison.indices {
                #expect(deliveries.count(of: "poison\(lane)") == 3)
                // A second, two seconds, and at once to the dead-letter queue; tens are the heartbeat's.
                #expect(deliveries.pauses(of: "poison\(lane)").filter { $0 != 10 } == [1, 2, 0])
            }
            let redrive = try await trial.stack.orchestrator("dead-letters", "redrive")
            #expect(redrive.status == 0)
            #expect(redrive.output.contains("nothing was sent again"))
            #expect(redrive.output.contains("4 messages stay"), "\(redrive.output)")
            #expect(try await trial.stack.deadLetters().total == poison.count)
            try await trial.verify("poison in four lanes", injected: "not ours, version 9, truncated, 1 MiB of noise")
        }
    }

    @Test("a batch damaged on its way is named by its identifiers in the failure; the next sync completes")
    func damaged() async throws {
        try await withTrial(visibilityTimeout: 10, maximumReceives: 2) { trial in
            trial.queue.inject { request in
                let changed = try? request.changingMessages { name, body in
                    name.hasSuffix("b3") || name.hasSuffix("b7") ? String(body.dropLast(body.count / 2)) : nil
                }
                return changed.flatMap { $0 } ?? .forward
            }
            let api = try await trial.startAPI()
            defer { api.stop() }
            try await trial.withWorkers { _ in
                let failed = try await failNaming([3, 7], cause: "message refused", api, trial)
                let letters = try await trial.stack.waitForDeadLetters(2)
                #expect(Set(letters.compactMap(\.batch)) == [3, 7])
                #expect(letters.allSatisfy { $0.syncId == failed.id && $0.content == "unreadable" && !$0.replayable })
                #expect(letters.allSatisfy { $0.lane != nil && $0.cause?.contains("message refused") == true })

                trial.queue.heal()
                trial.faultIsOver()
                let redrive = try await trial.stack.orchestrator("dead-letters", "redrive", "--wait", "2")
                #expect(redrive.output.contains("2 messages stay"), "\(redrive.output)")
                #expect(redrive.status == 1)
                #expect(try await trial.stack.status().status == "FAILED")

                let next = try trial.startSync(api)
                defer { next.kill() }
                try await trial.complete(next)
            }
            try await trial.verify(
                "batches damaged on their way", injected: "proxy: two bodies cut in half; the next sync", isFirst: false
            )
        }
    }

    @Test(
        "batches of a newer release are kept by old workers, and applied once there are new ones; no receive is used up"
    )
    func otherVersion() async throws {
        let current = "user-sync/\(MessageFormat.version)\t"
        let newer = "user-sync/\(MessageFormat.readableVersions.upperBound + 1)\t"
        try await withTrial(visibilityTimeout: 10, maximumReceives: 2) { trial in
            let areOld = Atomic(true)
            trial.queue.inject { request in
                guard request.operation == "ReceiveMessage" else { return .forward }
                return .rewrite(request: request.body) { answer in
                    // Polls that began earlier bring messages later.
                    guard areOld.load(ordering: .sequentiallyConsistent) else { return answer }
                    return answer.changingMessages { group, body in
                        group == "u2" ? body.replacingOccurrences(of: current, with: newer) : nil
                    }
                }
            }
            let api = try await trial.startAPI()
            defer { api.stop() }
            let sync = try trial.startSync(api)
            defer { sync.kill() }
            let old = try trial.startWorker()
            defer { old.kill() }
            try await eventually(within: .seconds(60), "the worker waits for a newer release") {
                old.errorOutput.contains("the newer release is not available")
            }
            // Longer than a visibility timeout.
            try await Task.sleep(for: .seconds(12))
            old.terminate()
            #expect(try await old.wait(deadline: .seconds(30)) == 0)
            areOld.store(false, ordering: .sequentiallyConsistent)
            trial.faultIsOver()
            try await trial.withWorkers { _ in try await trial.complete(sync) }
            #expect(try await trial.stack.deadLetters().total == 0)
            try await trial.verify(
                "a lane in a newer format", injected: "proxy: another version to the old worker, which is then replaced"
            )
        }
    }

    @Test("an error that does not pass: dead letters with their cause, dead again, replayed once mended")
    func permanentError() async throws {
        try await withTrial(visibilityTimeout: 10, maximumReceives: 2) { trial in
            try await trial.stack.database.query(
                """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION 'lane is refused' USING ERRCODE = '23514'; END $$;
                CREATE TRIGGER refuse AFTER INSERT ON sync_batches FOR EACH ROW WHEN (NEW.lane IN (1, 4))
                EXECUTE FUNCTION refuse();
                """)
            let api = try await trial.startAPI()
            defer { api.stop() }
            try await trial.withWorkers { _ in
                let failed = try await failNaming(nil, cause: "23514", api, trial)
                let dead = failed.batchesSent - failed.batchesApplied
                _ = try await trial.stack.waitForDeadLetters(dead)
                let tooEarly = try await trial.stack.orchestrator("dead-letters", "redrive")
                #expect(tooEarly.status == 1)
                // Also when batches die again while the run still looks for letters.
                #expect(tooEarly.output.contains("sent \(dead) batches again"), "\(tooEarly.output)")
                #expect(tooEarly.output.contains("\(dead) of its batches failed again"), "\(tooEarly.output)")
                try await redriveCompletes(failed, trial) {
                    try await trial.stack.database.query("DROP TRIGGER refuse ON sync_batches")
                }
            }
            try await trial.verify(
                "an error that does not pass (23514)", injected: "a trigger refuses two lanes; mended; redrive")
        }
    }

    @Test("batches that died with their worker, with no word of it, are found by the drain among the dead letters")
    func silentDeath() async throws {
        try await withTrial(visibilityTimeout: 10, maximumReceives: 1) { trial in
            let gate = try await Gate.close(.beforeCommit, of: trial.stack)
            let api = try await trial.startAPI()
            defer { api.stop() }
            let sync = try trial.startSync(api, ["SYNC_STALL_TIMEOUT": "600"])
            defer { sync.kill() }
            let victim = try trial.startWorker(["WORKER_CONCURRENCY": "2"])
            defer { victim.kill() }
            try await gate.waitForArrivals()
            victim.kill()
            try await eventually(within: .seconds(10), "the worker is gone") { !victim.isRunning }
            try await gate.endArrivals()
            try await gate.open()
            try await trial.withWorkers { workers in
                // Long before the stall timeout.
                let status = try await sync.wait(deadline: .seconds(150))
                #expect(status == 1)
                // Not killed: the server would go on handing messages to the polls of a worker that is gone.
                for worker in workers { worker.terminate() }
                for worker in workers { #expect(try await worker.wait(deadline: .seconds(30)) == 0) }
            }
            let failed = try await trial.stack.status()
            #expect(failed.status == "FAILED")
            #expect(failed.errorMessage?.contains("no worker has said why") == true, "\(failed.errorMessage ?? "")")
            let dead = failed.batchesSent - failed.batchesApplied
            #expect(dead > 0)

            trial.faultIsOver()
            let withoutWorkers = try await trial.stack.orchestrator("dead-letters", "redrive", "--wait", "2")
            #expect(withoutWorkers.status == 1)
            #expect(withoutWorkers.output.contains("sent \(dead) batches again"), "\(withoutWorkers.output)")
            #expect(withoutWorkers.output.contains("do workers run?"), "\(withoutWorkers.output)")
            try await trial.withWorkers { _ in
                // Nothing is left to be sent: it only looks whether the batches are applied by now.
                try await eventually(within: .seconds(60), "the sync is completed") {
                    let redrive = try await trial.stack.orchestrator("dead-letters", "redrive")
                    return redrive.status == 0 && redrive.output.contains("sync \(failed.id) is COMPLETED now")
                }
            }
            try await trial.verify("batches dead with their worker", injected: "kill -9, one receive allowed; redrive")
        }
    }

    // MARK: Helpers

    /// Runs a sync that ends FAILED, long before its stall timeout, naming batches and the cause.
    /// - Parameter batches: their numbers; nil for any.
    private func failNaming(_ batches: [Int]?, cause: String, _ api: Simulator, _ trial: FaultTrial) async throws
        -> SyncLogRow
    {
        let sync = try trial.startSync(api, ["SYNC_STALL_TIMEOUT": "600"])
        defer { sync.kill() }
        #expect(try await sync.wait(deadline: .seconds(150)) == 1)
        let row = try await trial.stack.status()
        #expect(row.status == "FAILED")
        let message = try #require(row.errorMessage)
        #expect(message.contains("all of them are dead letters: batch "), "\(message)")
        #expect(message.contains(cause), "\(message)")
        for batch in batches ?? [] { #expect(message.contains("batch \(batch): "), "\(message)") }
        // Who started the command reads the same.
        #expect((sync.output + sync.errorOutput).contains("all of them are dead letters"))
        #expect(row.batchesApplied < row.batchesSent)
        return row
    }

    /// Mends the cause, and replays what has died of it: first as a dry run, then in earnest.
    private func redriveCompletes(_ failed: SyncLogRow, _ trial: FaultTrial, mending mend: () async throws -> Void)
        async throws
    {
        let dead = failed.batchesSent - failed.batchesApplied
        let letters = try await trial.stack.waitForDeadLetters(dead)
        #expect(letters.allSatisfy { $0.replayable && $0.syncId == failed.id && $0.content == "batch" })
        #expect(letters.allSatisfy { ($0.users ?? 0) > 0 && $0.receiveCount >= 2 && $0.cause != nil })
        let dry = try await trial.stack.orchestrator("dead-letters", "redrive", "--dry-run")
        #expect(dry.output.contains("would send \(dead) batches again"), "\(dry)")
        #expect(try await trial.stack.deadLetters().total == dead)
        #expect(try await trial.stack.status().status == "FAILED")

        try await mend()
        trial.faultIsOver()
        let redrive = try await trial.stack.orchestrator("dead-letters", "redrive")
        #expect(redrive.status == 0, "\(redrive)")
        #expect(redrive.output.contains("sync \(failed.id) is COMPLETED now"), "\(redrive)")
        #expect(try await trial.stack.deadLetters().total == 0)
        let row = try await trial.stack.status()
        #expect(row.id == failed.id)
        #expect(row.errorMessage == nil)
    }

    /// Letters, signs and line ends without meaning.
    private func noise(_ bytes: Int) -> String {
        var generator = SeededGenerator(seed: 6)
        let alphabet = Array("abcdefghij\t\n\r\\\"{}<>/0123456789 ".utf8)
        return String(
            decoding: (0..<bytes).map { _ in alphabet[Int.random(in: alphabet.indices, using: &generator)] },
            as: UTF8.self)
    }
}
