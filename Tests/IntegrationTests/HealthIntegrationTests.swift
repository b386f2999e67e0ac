import Foundation
import Glibc
import Postgres
import SQS
import SyncTestSupport
import Synchronization
import TestSupport
import Testing

@Suite("The health check of a worker")
struct HealthIntegrationTests {
    private func health(
        _ file: String, limit: Int = 900
    ) async throws -> (status: Int32, output: String, errorOutput: String) {
        try await ChildProcess.run(
            Executables.path("worker"), ["health", "--health-file", file, "--health-limit", "\(limit)"],
            environment: ["PATH": "/usr/bin:/bin"])
    }

    @Test("a worker is well while it works, and gone after it has stopped")
    func comesAndGoes() async throws {
        try await withStack { stack in
            let folder = try TemporaryFolder(prefix: "health")
            defer { folder.remove() }
            let file = folder.file("worker")
            #expect(try await health(file).status == 1)
            try await withWorkers(of: stack, settings: ["WORKER_HEALTH_FILE": file]) { workers in
                try await eventually(within: .seconds(60), "the worker is well") { try await health(file).status == 0 }
                workers[0].terminate()
                #expect(try await workers[0].wait(deadline: .seconds(60)) == 0)
            }
            let after = try await health(file)
            #expect(after.status == 1)
            #expect(after.output.hasPrefix("dead: there is no report in "), "\(after)")
        }
    }

    @Test("a worker that has nothing to do stays connected, so that it can be seen to be there")
    func staysConnected() async throws {
        try await withStack { stack in
            func isThere() async throws -> Bool {
                try await stack.count(
                    """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name = 'user-sync worker'
                    """) == 1
            }
            try await withWorkers(of: stack) { _ in
                try await eventually(within: .seconds(60), "the worker is connected") { try await isThere() }
                let clock = ContinuousClock()
                // Longer than a pool keeps what it does not need.
                let end = clock.now + PostgresConfiguration(connectionString: nil, applicationName: "").maximumIdleTime
                while clock.now < end + .seconds(5) {
                    #expect(try await isThere())
                    try await Task.sleep(for: .seconds(1))
                }
            }
        }
    }

    @Test("a worker that hangs as a whole is dead, although its process is there")
    func hangs() async throws {
        try await withStack { stack in
            let folder = try TemporaryFolder(prefix: "health")
            defer { folder.remove() }
            let file = folder.file("worker")
            try await withWorkers(of: stack, settings: ["WORKER_HEALTH_FILE": file]) { workers in
                try await eventually(within: .seconds(60), "the worker is well") { try await health(file).status == 0 }
                workers[0].signal(SIGSTOP)
                try await eventually(within: .seconds(90), "the worker is dead") {
                    try await health(file).output.contains("it is gone, or it hangs")
                }
            }
        }
    }

    @Test("a worker that has lost its database is alive and not well, says why, and is well when it is back")
    func databaseAway() async throws {
        try await withStack { stack in
            let folder = try TemporaryFolder(prefix: "health")
            defer { folder.remove() }
            let file = folder.file("worker")
            let server = try await PostgresServer.start()
            let settings = [
                "WORKER_HEALTH_FILE": file, "DATABASE_URL": server.connectionString(), "WORKER_CONCURRENCY": "1",
            ]
            #expect(try await stack.orchestrator("migrate", settings: settings).status == 0)
            try await withWorkers(of: stack, settings: settings) { _ in
                try await eventually(within: .seconds(60), "the worker is well") {
                    try await health(file).output == "well\n"
                }
                try await server.stop()
                let body = "user-sync/1\t1\t1\t0\t1\n1\t1680674767000000\t0\tana\tana@example.com\n"
                _ = try await stack.sqs.sendMessageBatch(
                    queueURL: stack.queueURL,
                    entries: [
                        SendMessageBatchEntry(
                            id: "m", body: Array(body.utf8), messageGroupID: "u0", deduplicationID: "s1a1b1")
                    ])
                try await eventually(within: .seconds(90), "the worker says why it waits") {
                    let health = try await health(file, limit: 10)
                    return health.status == 0 && health.output.hasPrefix("not well: waiting for the database for")
                }
                // Longer than the limit, which is for consumers that hang.
                try await Task.sleep(for: .seconds(15))
                #expect(try await health(file, limit: 10).status == 0)
                try await server.start()
                try await eventually(within: .seconds(90), "the worker is well again") {
                    try await health(file, limit: 10).output == "well\n"
                }
            }
            try await server.stop()
        }
    }

    @Test("a worker whose polls fail is alive and not well, and well with the first that does not")
    func queueAway() async throws {
        try await withStack { stack in
            let folder = try TemporaryFolder(prefix: "health")
            defer { folder.remove() }
            let file = folder.file("worker")
            let isAway = Atomic(true)
            // A queue of which only the attributes can be had, as long as it is away.
            let queue = try MisbehavingHTTPServer.start { connection, request in
                switch request.header("X-Amz-Target") {
                case "AmazonSQS.GetQueueAttributes":
                    try connection.respond(
                        "200 OK", [], #"{"Attributes":{"FifoQueue":"true","VisibilityTimeout":"30"}}"#)
                case "AmazonSQS.ReceiveMessage" where !isAway.load(ordering: .sequentiallyConsistent):
                    usleep(100_000)
                    try connection.respond("200 OK", [], "{}")
                default:
                    try connection.respond("503 Service Unavailable", [], "<html>away</html>")
                }
            }
            defer { queue.stop() }
            let settings = ["WORKER_HEALTH_FILE": file, "AWS_ENDPOINT_URL_SQS": queue.url, "WORKER_CONCURRENCY": "1"]
            try await withWorkers(of: stack, settings: settings) { _ in
                try await eventually(within: .seconds(90), "the worker says why it waits") {
                    let health = try await health(file)
                    return health.status == 0 && health.output.hasPrefix("not well: waiting for the queue for")
                }
                isAway.store(false, ordering: .sequentiallyConsistent)
                try await eventually(within: .seconds(90), "the worker is well again") {
                    try await health(file).output == "well\n"
                }
            }
        }
    }

    @Test("without a file to ask, the check says which setting is missing")
    func noFile() async throws {
        let result = try await ChildProcess.run(
            Executables.path("worker"), ["health"], environment: ["PATH": "/usr/bin:/bin"])
        #expect(result.status == 78)
        #expect(result.errorOutput.contains("WORKER_HEALTH_FILE is not set"), "\(result)")
    }
}
