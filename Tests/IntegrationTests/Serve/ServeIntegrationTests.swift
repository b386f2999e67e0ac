import CurlHTTP
import Foundation
import SyncTestSupport
import TestSupport
import Testing

@Suite("Syncs over HTTP", .serialized)
struct ServeIntegrationTests {
    private struct Sync: Decodable {
        let id: Int
        let status: String
        let errorMessage: String?
        let received: Int
        let rejected: Int
        let inserted: Int
    }

    private struct Problem: Decodable {
        let status: Int
        let detail: String
        let running: Sync?
    }

    private struct Rejects: Decodable {
        struct Reason: Decodable { let reason: String, count: Int }
        struct Reject: Decodable { let byteOffset: Int, reason: String }
        let reasons: [Reason]
        let rejects: [Reject]
        let next: Int?
    }

    private struct User: Decodable {
        let userName: String
        let email: String
        let deleted: Bool
        let syncId: Int?
    }

    private func status(_ api: ServedAPI, _ id: Int) async throws -> String {
        try await api.ask("GET", "/syncs/\(id)").decode(Sync.self).status
    }

    private static let noFaults = ["--error-500-rate", "0", "--error-429-rate", "0"]

    @Test("a sync is started, found running by the next caller, watched to its end, and looked into")
    func wholeSync() async throws {
        try await withStack { stack in
            let data = SimulatedUsers(5_000, "--damaged-rate", "0.01", "--unicode-rate", "0.2")
            let legacy = try await stack.startSimulator(
                // Long enough for the command below to find it under way.
                data, "--interval-ms", "250", "--error-500-rate", "0", "--error-429-rate", "0")
            defer { legacy.stop() }
            try await withWorkers(of: stack) { _ in
                try await withServedAPI(of: stack, api: legacy) { api async throws in
                    #expect(try await api.ask("GET", "/syncs").text == "[]")
                    let accepted = try await api.ask("POST", "/syncs")
                    #expect(accepted.status == 202)
                    let started = try accepted.decode(Sync.self)
                    #expect(accepted.headers["Location"] == "/syncs/\(started.id)")

                    let refused = try await api.ask("POST", "/syncs")
                    #expect(refused.status == 409)
                    #expect(refused.mediaType == "application/problem+json")
                    #expect(try refused.decode(Problem.self).running?.id == started.id)
                    // The command meets the same lock.
                    #expect(try await stack.orchestrator("sync", api: legacy).status == 75)

                    try await eventually(within: .seconds(90), "the sync ends") {
                        ["COMPLETED", "FAILED"].contains(try await status(api, started.id))
                    }
                    let ended = try await api.ask("GET", "/syncs/\(started.id)").decode(Sync.self)
                    #expect(ended.status == "COMPLETED", "\(ended)")
                    #expect(ended.received == (try await data.summary()).received)
                    #expect(try await api.ask("GET", "/syncs?limit=5").decode([Sync].self).map(\.id) == [started.id])
                    #expect(try await api.ask("GET", "/syncs?before=\(started.id)").text == "[]")

                    try await rejectsArePaged(api, of: ended)
                    try await usersAreFound(api, stack)
                    let metrics = try await api.ask("GET", "/metrics")
                    #expect(metrics.mediaType == "text/plain; version=0.0.4; charset=utf-8")
                    #expect(metrics.text.contains("user_sync_syncs{status=\"COMPLETED\"} 1\n"))
                    #expect(metrics.text.contains("user_sync_newest_received \(ended.received)\n"))
                }
            }
            #expect(try await data.differences(in: stack.database) == "")
        }
    }

    private func rejectsArePaged(_ api: ServedAPI, of sync: Sync) async throws {
        var offsets: [Int] = []
        var next: Int? = -1
        while let after = next {
            let query = after < 0 ? "?limit=7" : "?limit=7&after=\(after)"
            let page = try await api.ask("GET", "/syncs/\(sync.id)/rejects\(query)").decode(Rejects.self)
            #expect(page.reasons.map(\.count).reduce(0, +) == sync.rejected)
            offsets += page.rejects.map(\.byteOffset)
            next = page.next
        }
        #expect(offsets.count == sync.rejected)
        #expect(offsets == offsets.sorted())
        #expect(Set(offsets).count == offsets.count)
    }

    private func usersAreFound(_ api: ServedAPI, _ stack: SyncStack) async throws {
        // The one with the most letters beyond ASCII.
        let row = try await stack.database.query(
            """
            SELECT user_name, email FROM users
            ORDER BY octet_length(user_name) - char_length(user_name) DESC, id LIMIT 1
            """)
        let fields = row.trimmingCharacters(in: .newlines).split(separator: "|").map(String.init)
        let name = try #require(fields.first)
        let encoded = try #require(name.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
        let user = try await api.ask("GET", "/users/\(encoded)").decode(User.self)
        #expect(user.userName == name)
        #expect(user.email == fields.last)
        #expect(user.syncId == 1)
        for unknown in ["nobody-has-this-name", "a%2Fb", "%00", "%27%20OR%201%3D1"] {
            let answer = try await api.ask("GET", "/users/\(unknown)")
            #expect(answer.status == 404)
        }
        #expect(try await api.ask("GET", "/users/%ff").status == 400)
    }

    @Test("a cancelled sync is FAILED (interrupted), and the next one may start")
    func cancel() async throws {
        try await withStack { stack in
            let legacy = try await stack.startSimulator(
                SimulatedUsers(5_000), "--interval-ms", "500", "--error-500-rate", "0", "--error-429-rate", "0")
            defer { legacy.stop() }
            try await withServedAPI(of: stack, api: legacy) { api async throws in
                #expect(try await api.ask("POST", "/syncs/1/cancel").status == 404)
                let id = try await api.ask("POST", "/syncs").decode(Sync.self).id
                #expect(try await api.ask("POST", "/syncs/\(id)/cancel").status == 202)
                try await eventually(within: .seconds(30), "the sync ends") {
                    try await status(api, id) == "FAILED"
                }
                let ended = try await api.ask("GET", "/syncs/\(id)").decode(Sync.self)
                #expect(ended.errorMessage?.hasPrefix("interrupted") == true, "\(ended)")
                #expect(try await api.ask("POST", "/syncs/\(id)/cancel").status == 409)
                #expect(try await api.ask("POST", "/syncs").status == 202)
            }
        }
    }

    @Test("told to stop, the server marks the running sync FAILED (interrupted) and ends well")
    func gracefulEnd() async throws {
        try await withStack { stack in
            let legacy = try await stack.startSimulator(
                SimulatedUsers(5_000), "--interval-ms", "500", "--error-500-rate", "0", "--error-429-rate", "0")
            defer { legacy.stop() }
            try await withServedAPI(of: stack, api: legacy) { api async throws in
                #expect(try await api.ask("POST", "/syncs").status == 202)
                // Someone watches, and is sent home, too.
                let watcher = try await api.events()
                #expect(watcher.status == 200)
                api.process.terminate()
                #expect(try await api.process.wait(deadline: .seconds(60)) == 0, "\(api.process.lastLines())")
            }
            let row = try await stack.status()
            #expect(row.status == "FAILED")
            #expect(row.errorMessage?.hasPrefix("interrupted") == true)
        }
    }

    @Test("a sync that another orchestrator runs is respected: started by no one here, cancelled by no one here")
    func runsElsewhere() async throws {
        try await withStack { stack in
            let legacy = try await stack.startSimulator(
                SimulatedUsers(5_000), "--interval-ms", "500", "--error-500-rate", "0", "--error-429-rate", "0")
            defer { legacy.stop() }
            let sync = try stack.startSync(legacy)
            defer { sync.kill() }
            try await eventually(within: .seconds(30), "the sync runs") {
                try await stack.count("SELECT count(*) FROM sync_logs WHERE status = 'RUNNING'") == 1
            }
            try await withServedAPI(of: stack, api: legacy) { api async throws in
                let refused = try await api.ask("POST", "/syncs")
                #expect(refused.status == 409)
                let running = try #require(try refused.decode(Problem.self).running)
                let cancel = try await api.ask("POST", "/syncs/\(running.id)/cancel")
                #expect(cancel.status == 409)
                #expect(try cancel.decode(Problem.self).detail.contains("does not run in this process"))
            }
        }
    }

    @Test("the schedule starts syncs by itself")
    func schedule() async throws {
        try await withStack { stack in
            let legacy = try await stack.startSimulator(SimulatedUsers(300), "--interval-ms", "0")
            defer { legacy.stop() }
            try await withWorkers(of: stack) { _ in
                try await withServedAPI(of: stack, api: legacy, "--every", "1s") { _ async throws in
                    try await eventually(within: .seconds(60), "two syncs complete") {
                        try await stack.count("SELECT count(*) FROM sync_logs WHERE status = 'COMPLETED'") >= 2
                    }
                }
            }
        }
    }

    @Test("who shows no token gets nothing but the probes; answers carry the security headers")
    func access() async throws {
        try await withStack { stack in
            let legacy = try await stack.startSimulator(SimulatedUsers(100))
            defer { legacy.stop() }
            try await withServedAPI(of: stack, api: legacy) { api async throws in
                let wrong = [("Authorization", "Bearer not-the-token-of-this")]
                for path in ["/syncs", "/metrics", "/events", "/users/a", "/nothing-here"] {
                    let answer = try await api.ask("GET", path, headers: wrong)
                    #expect(answer.status == 401, "\(path)")
                    #expect(answer.headers["WWW-Authenticate"]?.hasPrefix("Bearer") == true)
                }
                #expect(try await api.ask("POST", "/syncs", headers: wrong).status == 401)
                #expect(try await stack.count("SELECT count(*) FROM sync_logs") == 0)
                for path in ["/health", "/ready", "/openapi.json"] {
                    let answer = try await api.ask("GET", path, headers: wrong)
                    #expect(answer.status == 200, "\(path)")
                    #expect(answer.headers["Content-Security-Policy"]?.contains("default-src 'none'") == true)
                    #expect(answer.headers["X-Content-Type-Options"] == "nosniff")
                    #expect(answer.headers["Access-Control-Allow-Origin"] == nil)
                    #expect(answer.headers["Server"] == nil)
                }
                #expect(!api.process.errorOutput.contains(api.token ?? "?"))
                let large = try await api.ask("POST", "/syncs", body: String(repeating: "x", count: 20_000))
                #expect(large.status == 413)
            }
        }
    }

    @Test("without a token, names and pages that are not this machine's are refused")
    func loopbackOnly() async throws {
        try await withStack { stack in
            let legacy = try await stack.startSimulator(SimulatedUsers(100))
            defer { legacy.stop() }
            try await withServedAPI(of: stack, api: legacy, token: nil) { api async throws in
                #expect(try await api.ask("GET", "/syncs").status == 200)
                #expect(try await api.ask("GET", "/syncs", headers: [("Host", "evil.example")]).status == 421)
                let page = [("Origin", "https://evil.example")]
                #expect(try await api.ask("POST", "/syncs", headers: page).status == 403)
                #expect(try await stack.count("SELECT count(*) FROM sync_logs") == 0)
            }
            let refused = try await stack.orchestrator("serve", "--host", "0.0.0.0", api: legacy)
            #expect(refused.status == 78)
            #expect(refused.errorOutput.contains("SYNC_API_TOKEN"), "\(refused.errorOutput)")
        }
    }

    @Test("a database that is away makes it not ready, but alive; it serves again when the database is back")
    func databaseAway() async throws {
        try await withStack { stack in
            let legacy = try await stack.startSimulator(SimulatedUsers(100))
            defer { legacy.stop() }
            try await withServedAPI(of: stack, api: legacy) { api async throws in
                #expect(try await api.ask("GET", "/ready").status == 200)
                // Taken away as far as this server can tell: its connections are cut, and new ones are refused.
                try await allowConnections(false, to: stack.database)
                let answer = try await api.ask("GET", "/ready")
                #expect(answer.status == 503)
                #expect(answer.mediaType == "application/problem+json")
                #expect(try await api.ask("GET", "/health").status == 200)
                try await allowConnections(true, to: stack.database)
                try await eventually(within: .seconds(20), "it is ready") {
                    try await api.ask("GET", "/ready").status == 200
                }
            }
        }
    }

    private func allowConnections(_ isAllowed: Bool, to database: TestDatabase) async throws {
        _ = try await database.server.query(
            """
            ALTER DATABASE \(database.name) ALLOW_CONNECTIONS \(isAllowed);
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(database.name)'
            """)
    }
}
