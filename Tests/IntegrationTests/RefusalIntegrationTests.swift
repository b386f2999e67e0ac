import Foundation
import SyncStorage
import SyncTestSupport
import TestSupport
import Testing

@Suite("What a sync refuses, and how it says so", .serialized)
struct RefusalIntegrationTests {
    @Test("a second sync while one runs exits with 75 and leaves the first alone")
    func secondSync() async throws {
        try await withStack { stack in
            let data = SimulatedUsers(2_000)
            let api = try await stack.startSimulator(
                data, "--interval-ms", "200", "--error-500-rate", "0", "--error-429-rate", "0")
            defer { api.stop() }
            try await withWorkers(of: stack) { _ in
                let first = try stack.startSync(api)
                defer { first.kill() }
                try await eventually(within: .seconds(20), "the first sync runs") {
                    try await stack.count("SELECT count(*) FROM sync_logs WHERE status = 'RUNNING'") == 1
                }
                let second = try await stack.orchestrator("sync", api: api)
                #expect(second.status == 75)
                #expect(second.errorOutput.contains("another sync is running"))
                #expect(try await first.wait(deadline: .seconds(60)) == 0)
            }
            #expect(try await stack.count("SELECT count(*) FROM sync_logs") == 1)
            #expect(try await stack.status().status == "COMPLETED")
        }
    }

    @Test(
        "a missing or malformed setting is one line that names it, and exit 78",
        arguments: [
            ("LEGACY_API_URL", ""), ("LEGACY_API_KEY", ""), ("SQS_QUEUE_URL", ""), ("AWS_REGION", ""),
            ("DATABASE_URL", ""), ("SYNC_BATCH_SIZE", "many"), ("SYNC_STALL_TIMEOUT", "-1"), ("LOG_FORMAT", "xml"),
        ])
    func configuration(variable: String, value: String) async throws {
        var settings = [
            "LEGACY_API_URL": "http://127.0.0.1:9/users", "LEGACY_API_KEY": "k", "AWS_REGION": "eu-west-1",
            "SQS_QUEUE_URL": "http://127.0.0.1:9/1/q.fifo", "DATABASE_URL": "postgresql://127.0.0.1:9/x",
            "PATH": "/usr/bin:/bin",
        ]
        settings[variable] = value
        let result = try await ChildProcess.run(Executables.path("orchestrator"), ["sync"], environment: settings)
        #expect(result.status == 78)
        #expect(result.errorOutput.hasPrefix("configuration: \(variable) "))
        #expect(result.errorOutput.split(separator: "\n").count == 1)
    }

    @Test("a database without the schema is refused with the command that helps")
    func missingSchema() async throws {
        let stack = try await SyncStack()
        let api = try await stack.startSimulator(SimulatedUsers(100))
        defer { api.stop() }
        let result = try await stack.orchestrator("sync", api: api)
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("run 'orchestrator migrate'"))
        try await stack.remove()
    }

    @Test("a wrong key is not tried again, and the record says what to check")
    func wrongKey() async throws {
        try await withStack { stack in
            let api = try await stack.startSimulator(
                SimulatedUsers(100), "--error-500-rate", "0", "--error-429-rate", "0")
            defer { api.stop() }
            let result = try await stack.orchestrator("sync", api: api, settings: ["LEGACY_API_KEY": "wrong"])
            #expect(result.status == 1)
            let row = try await stack.status()
            #expect(row.status == "FAILED")
            #expect(row.streamAttempts == 1)
            #expect(row.errorMessage?.contains("LEGACY_API_KEY") == true)
        }
    }

    @Test("migrate runs twice, and from several places at once")
    func migrations() async throws {
        let stack = try await SyncStack()
        let statuses = try await withThrowingTaskGroup(of: Int32.self) { group in
            for _ in 0..<4 { group.addTask { try await stack.orchestrator("migrate").status } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == [0, 0, 0, 0])
        // Every step is on record once.
        #expect(try await stack.count("SELECT count(*) FROM sync_migrations") == Int(Migrator.latestVersion))
        try await stack.remove()
    }
}
