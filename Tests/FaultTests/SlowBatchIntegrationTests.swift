import SyncTestSupport
import Synchronization
import TestSupport
import Testing

@Suite("Batches slower than the visibility timeout, and two workers on one", .serialized)
struct SlowBatchIntegrationTests {
    @Test("a batch that takes longer than the visibility timeout is handed out once")
    func slowBatch() async throws {
        try await withTrial(1_000, visibilityTimeout: 10) { trial in
            let deliveries = Deliveries()
            trial.queue.inject(deliveries.rule)
            let gate = try await Gate.close(.beforeCommit, of: trial.stack)
            let api = try await trial.startAPI()
            defer { api.stop() }
            let sync = try trial.startSync(api)
            defer { sync.kill() }
            try await trial.withWorkers { _ in
                try await gate.waitForArrivals()
                // Twice the timeout, and less than the limit on waiting for a lock.
                try await Task.sleep(for: .seconds(21))
                trial.faultIsOver()
                try await gate.open()
                try await trial.complete(sync)
            }
            #expect(deliveries.most == 1)
            try await trial.verify(
                "batch slower than the visibility timeout", injected: "a trigger holds commits for 21 s; timeout 10 s")
        }
    }

    @Test("messages received together are all kept while they wait for their turn")
    func waitingMessages() async throws {
        try await withTrial(2_000, visibilityTimeout: 10) { trial in
            let deliveries = Deliveries()
            trial.queue.inject(deliveries.rule)
            // Twenty batches of 1.5 s each, one after the other: those that come last wait for longer than the timeout.
            try await trial.stack.database.query(
                """
                CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_sleep(1.5); RETURN NULL; END $$;
                CREATE TRIGGER take_time AFTER INSERT ON sync_batches FOR EACH ROW EXECUTE FUNCTION take_time();
                """)
            let api = try await trial.startAPI()
            defer { api.stop() }
            let sync = try trial.startSync(api)
            defer { sync.kill() }
            try await eventually(within: .seconds(60), "all is in the queue") {
                try await trial.stack.count("SELECT count(*) FROM sync_logs WHERE status = 'PROCESSING'") == 1
            }
            trial.faultIsOver()
            try await trial.withWorkers(1, ["WORKER_CONCURRENCY": "1"]) { _ in try await trial.complete(sync) }
            #expect(deliveries.most == 1)
            try await trial.verify(
                "messages wait for a slow worker", injected: "a trigger takes 1.5 s a batch; timeout 10 s")
        }
    }

    @Test("with its extension refused, a batch comes to a second worker, and is applied once")
    func refusedHeartbeat() async throws {
        try await withTrial(1_000, visibilityTimeout: 10) { trial in
            let deliveries = Deliveries()
            trial.queue.inject { request in
                guard request.operation == "ChangeMessageVisibilityBatch" else { return deliveries.rule(request) }
                return .answer(.sqsError("400 Bad Request", code: "ReceiptHandleIsInvalid", message: "injected"))
            }
            let gate = try await Gate.close(.beforeCommit, of: trial.stack)
            let api = try await trial.startAPI()
            defer { api.stop() }
            // Fewer lanes than consumers: while some wait at the gate, others poll.
            let sync = try trial.startSync(api, ["SYNC_MESSAGE_GROUPS": "2"])
            defer { sync.kill() }
            try await trial.withWorkers { workers in
                try await eventually(within: .seconds(60), "a message is handed out twice") { deliveries.most >= 2 }
                // The second worker's ledger row waits for the first one's transaction.
                try await eventually(within: .seconds(25), "two workers are at one batch") {
                    try await trial.stack.count(
                        """
                        SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event = 'transactionid'
                        """) > 0
                }
                trial.queue.heal()
                trial.faultIsOver()
                try await gate.open()
                try await trial.complete(sync)
                #expect(workers.allSatisfy { $0.isRunning })
            }
            try await trial.verify(
                "two workers at one batch", injected: "proxy: visibility extensions refused; commits held")
        }
    }

    @Test("batches of one lane never overlap, and are applied in order")
    func lanes() async throws {
        try await withTrial(4_000, visibilityTimeout: 30) { trial in
            // The session's own note of when a batch's transaction ran; `now()` is the moment at which it began.
            try await trial.stack.database.query(
                """
                CREATE TABLE applied (lane integer, batch_number bigint, began timestamptz, ended timestamptz);
                CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                BEGIN
                    PERFORM pg_sleep(0.05);
                    INSERT INTO applied VALUES (NEW.lane, NEW.batch_number, now(), clock_timestamp());
                    RETURN NULL;
                END $$;
                CREATE TRIGGER note AFTER INSERT ON sync_batches FOR EACH ROW EXECUTE FUNCTION note();
                """)
            let api = try await trial.startAPI()
            defer { api.stop() }
            let sync = try trial.startSync(api, ["SYNC_MESSAGE_GROUPS": "4"])
            defer { sync.kill() }
            trial.faultIsOver()
            try await trial.withWorkers(2, ["WORKER_CONCURRENCY": "6"]) { _ in try await trial.complete(sync) }
            let overlaps = try await trial.stack.count(
                """
                SELECT count(*) FROM applied AS a JOIN applied AS b
                    ON a.lane = b.lane AND a.batch_number < b.batch_number AND a.ended > b.began
                """)
            // What the queue does not keep in order, nobody behind it can: moto fails here now and then (docs/faults.md).
            #expect(overlaps == 0)
            #expect(try await trial.stack.count("SELECT count(*) FROM applied") > 20)
            try await trial.verify(
                "more consumers than lanes", injected: "12 consumers, 4 lanes, a trigger slows batches")
        }
    }

    @Test("a queue whose visibility timeout is too short is refused at the start")
    func shortVisibility() async throws {
        try await withTrial(100, visibilityTimeout: 5) { trial in
            let worker = try trial.startWorker()
            defer { worker.kill() }
            #expect(try await worker.wait(deadline: .seconds(30)) == 1)
            #expect(worker.errorOutput.contains("VisibilityTimeout"))
        }
    }
}
