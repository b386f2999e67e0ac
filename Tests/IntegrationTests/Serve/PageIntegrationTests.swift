import Foundation
import SyncTestSupport
import TestSupport
import Testing

@Suite("The page in a browser", .serialized)
struct PageIntegrationTests {
    private static let script = "\(packageRoot)/Tests/IntegrationTests/Serve/operate_page.py"

    /// Operates the page with a real browser; pictures of it stay where `USER_SYNC_SCREENSHOTS` says.
    private func operate(_ scenario: String, _ api: ServedAPI, _ variables: [String: String] = [:]) async throws {
        let folder = try TemporaryFolder(prefix: "browser")
        defer { folder.remove() }
        let kept = ProcessInfo.processInfo.environment["USER_SYNC_SCREENSHOTS"].flatMap { $0.isEmpty ? nil : $0 }
        var environment = ["SYNC_API_TOKEN": api.token ?? "", "SERVER_PID": "\(api.process.pid)", "HOME": folder.path]
        environment.merge(variables) { _, new in new }
        let result = try await ChildProcess.run(
            try PythonEnvironment.web(), [Self.script, scenario, api.url, kept ?? folder.path],
            environment: ChildProcess.environment(adding: environment), directory: folder.path,
            deadline: .seconds(300))
        #expect(result.status == 0, "\(result.output)\n\(result.errorOutput)\n\(api.process.lastLines())")
    }

    @Test("a sync is started from the page, watched to its end, and looked into")
    func wholeSync() async throws {
        try await withStack { stack in
            let data = SimulatedUsers(6_000, "--damaged-rate", "0.01")
            let legacy = try await stack.startSimulator(
                data, "--interval-ms", "150", "--error-500-rate", "0", "--error-429-rate", "0")
            defer { legacy.stop() }
            try await withWorkers(of: stack) { _ in
                try await withServedAPI(of: stack, api: legacy, "--every", "6h") { api async throws in
                    // Any user: the names are known before the sync has brought them.
                    try await operate("whole-sync", api, ["USER_NAME": try await data.someUserName()])
                }
            }
            #expect(try await data.differences(in: stack.database) == "")
            #expect(try await stack.status().status == "COMPLETED")
        }
    }

    @Test(
        "below a path of a proxy, the page shows what each sync changed: in the history, in its chart, and for the sync that is chosen"
    )
    func changes() async throws {
        try await withChangedSource { stack, legacy in
            let newest = try await stack.orchestrator("status", "--json").output
            try await withServedAPI(of: stack, api: legacy) { api async throws in
                let first = try await api.ask("GET", "/syncs/1").text
                try await operate("changes", api, ["NEWEST": newest, "FIRST": first])
            }
        }
    }

    @Test(
        "what changed in the source comes first on the page, and field by field what it was made of; a user's own fields are found"
    )
    func source() async throws {
        let setting = ["SYNC_EXTRA_FIELDS": "phone:text,plan:text:plan_name,score:number"]
        try await withStack { stack in
            #expect(try await stack.orchestrator("migrate", settings: setting).status == 0)
            try await stack.roles.grant(in: stack.database)
            try await withWorkers(of: stack) { _ in
                for body in [SourceOfEightFields.usual, SourceOfEightFields.changed] {
                    let source = try MisbehavingHTTPServer.start { connection, _ in
                        try connection.respond("200 OK", ["Content-Type: application/json"], body)
                    }
                    defer { source.stop() }
                    let sync = try await stack.orchestrator(
                        "sync", settings: setting.merging(["LEGACY_API_URL": source.url]) { $1 })
                    #expect(sync.status == 0, "\(sync.errorOutput)")
                }
            }
            _ = try await stack.database.query(
                "INSERT INTO sync_logs (status, finished_at, error_message) VALUES ('FAILED', now(), 'the API answered 500')"
            )
            let report = try await stack.orchestrator("source", "2")
            let changes = try await stack.database.query(
                "SELECT json_agg(change -> 'message') FROM sync_profiles, json_array_elements(changes) AS change WHERE sync_id = 2"
            )
            let legacy = try await stack.startSimulator(SimulatedUsers(10))
            defer { legacy.stop() }
            try await withServedAPI(of: stack, api: legacy, settings: setting) { api async throws in
                try await operate(
                    "source", api,
                    [
                        "REPORT": report.output, "CHANGES": changes, "USER_NAME": SourceOfEightFields.userName,
                        "EXTRAS": SourceOfEightFields.extras,
                    ])
            }
        }
    }

    @Test("a sync is cancelled from the page by keyboard; a server that goes away is told of")
    func cancelledSync() async throws {
        try await withStack { stack in
            let legacy = try await stack.startSimulator(
                SimulatedUsers(5_000), "--interval-ms", "500", "--error-500-rate", "0", "--error-429-rate", "0")
            defer { legacy.stop() }
            try await withServedAPI(of: stack, api: legacy) { api async throws in
                try await operate("cancelled-sync", api)
            }
            #expect(try await stack.status().errorMessage?.hasPrefix("interrupted") == true)
        }
    }

    @Test("dead letters are replayed from the page, and the sync that lacked them completes")
    func deadLetters() async throws {
        try await withStack(visibilityTimeout: 10, maximumReceives: 2) { stack in
            let legacy = try await stack.startSimulator(SimulatedUsers(2_000), "--interval-ms", "0")
            defer { legacy.stop() }
            try await stack.refuseSomeBatches()
            try await withWorkers(of: stack) { _ in
                let settings = ["SYNC_MESSAGE_GROUPS": "8", "SYNC_STALL_TIMEOUT": "100"]
                #expect(try await stack.orchestrator("sync", api: legacy, settings: settings).status == 1)
                try await withServedAPI(of: stack, api: legacy) { api async throws in
                    try await operate("dead-letters", api)
                    try await stack.acceptAllBatches()
                    try await operate("replay", api)
                }
            }
            #expect(try await stack.status().status == "COMPLETED")
        }
    }
}
