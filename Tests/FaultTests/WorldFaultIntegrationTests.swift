import Foundation
import SyncTestSupport
import TestSupport
import Testing

@Suite("The world's faults cost a worker only time", .serialized)
struct WorldFaultIntegrationTests {
    private func health(_ file: String) async throws -> (status: Int32, output: String) {
        let result = try await ChildProcess.run(
            Executables.path("worker"), ["health", "--health-file", file], environment: ["PATH": "/usr/bin:/bin"])
        return (result.status, result.output)
    }

    /// A fault of the database as workers see it, and how it is brought about and mended. `$role` is the workers' role.
    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        let begin: [String]
        let end: [String]
        /// A part of what the health check then says.
        let says: String

        var testDescription: String { name }
    }

    /// `$ends` ends the workers' sessions.
    static let faults = [
        Fault(
            name: "login refused (NOLOGIN)", begin: ["ALTER ROLE $role NOLOGIN", "$ends"],
            end: ["ALTER ROLE $role LOGIN"],
            says: "not permitted to log in"),
        Fault(
            name: "right missing", begin: ["REVOKE INSERT ON sync_batches FROM $role"],
            end: ["GRANT INSERT ON sync_batches TO $role"], says: "permission denied"),
        Fault(
            name: "table renamed", begin: ["ALTER TABLE users RENAME TO users_away"],
            end: ["ALTER TABLE users_away RENAME TO users"], says: "does not exist"),
        Fault(
            name: "read-only", begin: ["ALTER ROLE $role SET default_transaction_read_only = on", "$ends"],
            end: ["ALTER ROLE $role RESET default_transaction_read_only", "$ends"], says: "read-only"),
        Fault(
            name: "disk full (53100)",
            begin: [
                """
                CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
                CREATE TRIGGER full_disk AFTER INSERT ON sync_batches FOR EACH ROW EXECUTE FUNCTION full_disk();
                """
            ], end: ["DROP TRIGGER full_disk ON sync_batches"], says: "Free disk space on the database server"),
    ]

    @Test("no receive is used up, the health check says why, and the sync completes by itself", arguments: faults)
    func fault(_ fault: Fault) async throws {
        let seconds = FaultReport.isComplete ? 45 : 6
        // Roles belong to a whole server, so this one is the test's own.
        let postgres = try await PostgresServer.start()
        // One receive more than the first one would be a dead letter.
        try await withTrial(visibilityTimeout: 10, maximumReceives: 1, postgres: postgres) { trial in
            let folder = try TemporaryFolder(prefix: "health")
            defer { folder.remove() }
            let file = folder.file("worker")
            let api = try await trial.startAPI("--interval-ms", "100")
            defer { api.stop() }
            let sync = try trial.startSync(api)
            defer { sync.kill() }
            try await trial.withWorkers(1, ["WORKER_HEALTH_FILE": file]) { workers in
                try await trial.waitForBatches(3)
                try await run(fault.begin, in: trial)
                try await eventually(within: .seconds(30), "the health check says why") {
                    let (status, output) = try await health(file)
                    return status == 0 && output.hasPrefix("not well: waiting for the database")
                        && output.contains(fault.says)
                }
                try await Task.sleep(for: .seconds(seconds))
                try await run(fault.end, in: trial)
                trial.faultIsOver()
                try await trial.complete(sync)
                try await eventually(within: .seconds(30), "the worker is well") {
                    try await health(file) == (0, "well\n")
                }
                #expect(workers[0].errorOutput.contains("the database is not available"))
                #expect(workers[0].errorOutput.contains("the database is available again"))
                let complaints = workers[0].errorOutput.split(separator: "\n").filter { line in
                    [
                        "visibility was not", "was not deleted", "applied before", "cannot be applied",
                        "goes to the dead",
                    ]
                    .contains { line.contains($0) }
                }
                #expect(complaints.isEmpty, "\(complaints.prefix(6))")
            }
            let letters = try await trial.stack.deadLetters()
            #expect(letters.total == 0, "\(letters)")
            try await trial.verify("\(fault.name) for \(seconds) s", injected: "SQL, in mid-sync; maxReceiveCount 1")
        }
        try await postgres.stop()
    }

    private func run(_ statements: [String], in trial: FaultTrial) async throws {
        let role = DatabaseRoles.Role.worker.rawValue
        for statement in statements {
            let ends = """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name LIKE '%worker'
                """
            _ = try await trial.stack.database.query(
                statement == "$ends" ? ends : statement.replacingOccurrences(of: "$role", with: role))
        }
    }

    @Test("a worker that starts before its database and its queue are there waits for them, and says so")
    func start() async throws {
        let folder = try TemporaryFolder(prefix: "health")
        defer { folder.remove() }
        let file = folder.file("worker")
        // Without the schema.
        let stack = try await SyncStack()
        let worker = try stack.startWorker(settings: ["WORKER_HEALTH_FILE": file])
        defer { worker.kill() }
        try await eventually(within: .seconds(30), "the health check says what is missing") {
            try await health(file).output.contains("run 'orchestrator migrate'")
        }
        try await stack.migrate()
        try await eventually(within: .seconds(60), "the worker has started") {
            worker.errorOutput.contains("worker started")
        }
        worker.terminate()
        #expect(try await worker.wait(deadline: .seconds(30)) == 0)
        let refused = try stack.startWorker(settings: [
            "WORKER_HEALTH_FILE": file, "SQS_QUEUE_URL": stack.queueURL + "-missing.fifo",
        ])
        defer { refused.kill() }
        try await eventually(within: .seconds(30), "the health check says that the queue is missing") {
            try await health(file).output.contains("waiting for the queue")
        }
        refused.terminate()
        #expect(try await refused.wait(deadline: .seconds(30)) == 0)
        try await stack.remove()
    }
}
