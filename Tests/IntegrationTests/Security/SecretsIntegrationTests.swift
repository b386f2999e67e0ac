import SQS
import SyncTestSupport
import TestSupport
import Testing

/// Everything the programs print is searched for the stack's secrets at the end of every test of a whole service; here they talk as much
/// as they can, and things go wrong in ways that tempt them to.
@Suite("Secrets stay secret", .serialized)
struct SecretsIntegrationTests {
    @Test("no secret is in what the programs print at trace level, nor in their arguments")
    func talkative() async throws {
        try await withStack { stack in
            let loud = ["LOG_LEVEL": "trace"]
            let api = try await stack.startSimulator(
                SimulatedUsers(2_000, "--damaged-rate", "0.01"), "--interval-ms", "20")
            defer { api.stop() }
            try await withWorkers(of: stack, settings: loud) { _ in
                let sync = try stack.startSync(api, settings: loud)
                while sync.isRunning {
                    #expect(stack.secrets.commandLineFindings == [])
                    try await Task.sleep(for: .milliseconds(50))
                }
                #expect(sync.exitStatus == 0, "\(sync.errorOutput)")
            }
            for command in ["status", "history", "rejects", "reset"] {
                #expect(try await stack.orchestrator(command, settings: loud).status == 0)
            }
            _ = try await stack.orchestrator("dead-letters", "list", settings: loud)
            #expect(stack.secrets.findings == [])
        }
    }

    @Test("nor when logging in fails: a wrong password, a wrong key, a wrong setting")
    func refused() async throws {
        let wrong = ["password-\(UInt64.random(in: 0 ... .max))", "api-key-\(UInt64.random(in: 0 ... .max))"]
        let stack = try await SyncStack(secrets: wrong)
        try await stack.migrate()
        let api = try await stack.startSimulator(
            SimulatedUsers(100), "--error-500-rate", "0", "--error-429-rate", "0")
        defer { api.stop() }
        let url = stack.roles.connectionString(.orchestrator, stack.database)
        let address = url.split(separator: "@").last ?? ""
        for (settings, status) in [
            (["LEGACY_API_KEY": wrong[1]], Int32(1)),
            (["DATABASE_URL": "postgresql://user_sync_orchestrator:\(wrong[0])@\(address)"], 1),
            // A password whose reserved characters were not encoded is read as something else.
            (["DATABASE_URL": "postgresql://user_sync_orchestrator:\(wrong[0])@x/@\(address)"], 78),
            (["DATABASE_URL": "mysql://user_sync_orchestrator:\(wrong[0])@\(address)"], 78),
            (["LEGACY_API_URL": "http://ana:\(wrong[1])@127.0.0.1:9/users"], 78),
        ] {
            let result = try await stack.orchestrator(
                "sync", api: api, settings: settings.merging(["LOG_LEVEL": "trace", "SYNC_OUTAGE_TIMEOUT": "5"]) { $1 })
            #expect(result.status == status, "\(settings.keys): \(result.errorOutput)")
        }
        #expect(stack.secrets.findings == [])
        try await stack.remove()
    }

    @Test("nor when the other side sends them back: an SQS and a legacy API whose errors repeat the request")
    func echoed() async throws {
        let token = "session-token-\(UInt64.random(in: 0 ... .max))"
        let stack = try await SyncStack(secrets: [token])
        try await stack.migrate()
        let echo = try MisbehavingHTTPServer.start { connection, request in
            let words = ["Authorization", "X-Amz-Security-Token", "x-api-key"].compactMap { request.header($0) }
            let message =
                "The Canonical String for this request should have been 'POST / x-amz-security-token:\(words.joined(separator: " "))'"
            try connection.respond(
                "403 Forbidden", ["x-amzn-requestid: 1"],
                #"{"__type":"InvalidSignatureException","message":"\#(message)"}"#)
        }
        defer { echo.stop() }
        let settings = [
            "AWS_ENDPOINT_URL_SQS": echo.url, "AWS_SESSION_TOKEN": token, "LEGACY_API_URL": "\(echo.url)/users",
            "LOG_LEVEL": "trace",
        ]
        let result = try await stack.orchestrator("sync", settings: settings)
        #expect(result.status == 1, "\(result.errorOutput)")
        let letters = try await stack.orchestrator("dead-letters", "list", settings: settings)
        #expect(letters.status != 0, "\(letters.errorOutput)")
        try await withWorkers(of: stack, settings: settings) { workers in
            try await eventually(within: .seconds(30), "the worker is refused") {
                workers[0].errorOutput.contains("InvalidSignature") || workers[0].errorOutput.contains("signature")
                    || !workers[0].isRunning
            }
        }
        #expect(echo.requestsReceived >= 2)
        #expect(stack.secrets.findings == [])
        try await stack.remove()
    }

    @Test("nor in any row, nor in any message, of a sync that was refused and of one that nobody works for")
    func stored() async throws {
        try await withStack { stack in
            let echo = try MisbehavingHTTPServer.start { connection, request in
                let words = request.headerLines.joined(separator: " ")
                try connection.respond("403 Forbidden", [], "the request was \(request.target) with \(words)")
            }
            defer { echo.stop() }
            let refused = try await stack.orchestrator(
                "sync", settings: ["LEGACY_API_URL": "\(echo.url)/users?key=\(stack.apiKey)"])
            #expect(refused.status == 1, "\(refused.errorOutput)")
            let api = try await stack.startSimulator(
                SimulatedUsers(200, "--damaged-rate", "0.05"), "--error-500-rate", "0", "--error-429-rate", "0")
            defer { api.stop() }
            let stalled = try await stack.orchestrator("sync", api: api, settings: ["SYNC_STALL_TIMEOUT": "1"])
            #expect(stalled.status == 1, "\(stalled.errorOutput)")

            let rows = try await stack.allRows()
            #expect(rows.contains("FAILED") && rows.contains("403"), "\(rows.prefix(2000))")
            #expect(stack.secrets.linesWithSecrets(in: rows) == [])
            let messages = try await stack.sqs.receiveMessage(
                queueURL: stack.queueURL, maximumMessages: 10, waitTime: .seconds(5))
            #expect(!messages.isEmpty)
            for message in messages {
                let parts = [String(decoding: message.body, as: UTF8.self), "\(message)"]
                #expect(parts.flatMap(stack.secrets.linesWithSecrets) == [])
            }
        }
    }
}
