import CurlHTTP
import Foundation
import SyncTestSupport
import TestSupport
import Testing

@Suite("Users, for those who ask whether somebody arrived", .serialized)
struct UsersIntegrationTests {
    private struct User: Decodable, Equatable {
        let userName: String
        let email: String
        let deleted: Bool
        let syncId: Int?
    }

    private struct Page: Decodable {
        let users: [User]
        let next: String?
    }

    private struct Problem: Decodable { let status: Int, detail: String }

    private static let odd = [
        "=1+1", "+1", "@cmd", "a,b", "say \"x\"", "100%", "a_b", "日本", "Łukasz", "a+b", "a/b", "?x=1&y", "export",
        "ana", "ANA", "o'dd",
    ]

    private func encoded(_ text: String) throws -> String {
        try #require(text.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
    }

    private func decode<Value: Decodable>(_ json: some StringProtocol) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Value.self, from: Data(json.utf8))
    }

    /// Users of the same shape, their addresses so long that no buffer on the way takes all of them.
    private func fill(_ stack: SyncStack, _ count: Int, emailLength: Int = 20) async throws {
        try await stack.database.query(
            """
            INSERT INTO users (legacy_id, user_name, email, legacy_created_at, deleted)
            SELECT n, 'user ' || n, repeat('e', \(emailLength)), 'epoch', n % 10 = 0 FROM generate_series(1, \(count)) AS n;
            ANALYZE users
            """)
    }

    private func add(_ names: [String], to stack: SyncStack) async throws {
        for name in names {
            try await stack.database.query(
                """
                INSERT INTO users (legacy_id, user_name, email, legacy_created_at)
                VALUES (1, '\(name.replacing("'", with: "''"))', '=e', 'epoch')
                """)
        }
    }

    /// Serves an API of which nobody starts a sync, with the rights of somebody who only looks.
    private func withUsers(
        _ fill: (SyncStack) async throws -> Void, _ body: (SyncStack, ServedAPI) async throws -> Void
    ) async throws {
        try await withStack { stack in
            try await fill(stack)
            let legacy = try await stack.startSimulator(SimulatedUsers(10))
            defer { legacy.stop() }
            let database = stack.environment(of: .viewer)["DATABASE_URL"] ?? ""
            try await withServedAPI(of: stack, api: legacy, settings: ["DATABASE_URL": database]) { api async throws in
                try await body(stack, api)
            }
        }
    }

    private func text(_ stream: HTTPResponseStream) async throws -> String {
        var bytes: [UInt8] = []
        for try await chunk in stream.body { bytes += chunk }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("pages lead from one to the next to the end, whatever the names hold, while others write")
    func pages() async throws {
        try await withUsers {
            try await add(Self.odd, to: $0)
        } _: { stack, api in
            var found: [String] = []
            var query = "?limit=3"
            for number in 0..<50 {
                let page: Page = try await api.ask("GET", "/users" + query).decode()
                found += page.users.map(\.userName)
                guard let next = page.next else { break }
                query = "?limit=3&after=" + (try encoded(next))
                try await stack.database.query(
                    """
                    INSERT INTO users (legacy_id, user_name, email, legacy_created_at)
                    VALUES (1, '\u{21}\(number)', 'new', 'epoch');
                    DELETE FROM users WHERE user_name = '\u{21}\(number - 1)'
                    """)
            }
            #expect(found == Self.odd.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
            for name in Self.odd where name != "export" {
                let user: User = try await api.ask("GET", "/users/" + encoded(name)).decode()
                #expect(user.userName == name)
                let shown = try await stack.orchestrator("users", "show", "--json", "--", name)
                #expect(shown.status == 0, "\(shown.errorOutput)")
                #expect(try decode(shown.output) == user)
            }
            #expect(try await api.ask("GET", "/users/%65xport").decode(User.self).userName == "export")
            let nobody = try await stack.orchestrator("users", "show", "nobody")
            #expect(
                nobody.status == 1 && nobody.output.isEmpty
                    && nobody.errorOutput.contains("no user of that name"))
            let text = try await stack.orchestrator("users", "show", "ana").output
            #expect(text.contains(/(?m)^user_name +ana$/) && text.contains(/(?m)^sync_id +-$/))
        }
    }

    @Test("what is malformed is refused with its name; without the token there is nothing")
    func refusals() async throws {
        try await withUsers {
            try await fill($0, 20)
        } _: { stack, api in
            for (query, name) in [
                ("limit=0", "limit"), ("limit=1001", "limit"), ("after=%ff", "after"), ("after=%zz", "after"),
                ("after=%00", "after"), ("after=a&after=b", "after"), ("deleted=yes", "deleted"),
                ("changed_since=yesterday", "changed_since"), ("sync=0", "sync"), ("cursor=1", "cursor"),
            ] {
                for path in ["/users", "/users/export"] {
                    let answer = try await api.ask("GET", "\(path)?\(query)")
                    #expect(answer.status == 400 && answer.mediaType == "application/problem+json", "\(path)?\(query)")
                    #expect(try answer.decode(Problem.self).detail.contains(name), "\(answer.text)")
                }
            }
            #expect(try await api.ask("GET", "/users/export?format=xml").status == 400)
            #expect(try await api.ask("GET", "/users/export", headers: [("Accept", "text/html")]).status == 406)
            for path in ["/users", "/users/export", "/users/a"] {
                #expect(try await api.ask("GET", path, headers: [("Authorization", "Bearer wrong")]).status == 401)
                #expect(try await api.ask("POST", path).status == 405)
            }
            #expect(try await api.ask("HEAD", "/users/export").text.isEmpty)
            #expect(
                try await api.ask("GET", "/users?deleted=true").decode(Page.self).users.map(\.userName) == [
                    "user 10", "user 20",
                ])
            let bad = try await stack.orchestrator("users", "export", "--changed-since", "yesterday")
            #expect(bad.status == 64 && bad.output.isEmpty && bad.errorOutput.contains("RFC 3339"), "\(bad)")
        }
    }

    @Test("an export of twenty thousand users is complete, and the same by the API and by the command")
    func export() async throws {
        try await withUsers { stack in
            try await fill(stack, 20_000)
            try await add(Self.odd, to: stack)
        } _: { stack, api in
            let stream = try await api.open("/users/export")
            #expect(stream.headers["Content-Type"] == "application/jsonl")
            #expect(stream.headers["Content-Disposition"] == "attachment; filename=\"users.jsonl\"")
            let served = try await text(stream)
            let lines = served.split(separator: "\n")
            let users: [User] = try lines.map { try decode($0) }
            #expect(Set(users.map(\.userName)) == Set((1...20_000).map { "user \($0)" } + Self.odd))
            #expect(users.count == 20_000 + Self.odd.count)
            let command = try await stack.orchestrator("users", "export")
            #expect(command.status == 0, "\(command.errorOutput)")
            #expect(command.output == served)

            let csv = try await stack.orchestrator("users", "export", "--format", "csv")
            #expect(try await text(api.open("/users/export?format=csv")) == csv.output)
            let rows = csv.output.split(separator: "\n")
            #expect(rows.count == users.count + 1)
            #expect(rows.first?.hasPrefix("user_name,legacy_id,email,") == true)
            for start in [
                "\"'=1+1\",1,\"'=e\",", "\"'+1\",", "\"'@cmd\",", "\"a,b\",", "\"say \"\"x\"\"\",", "100%,", "日本,",
            ] {
                #expect(rows.contains { $0.hasPrefix(start) }, "\(start)")
            }
            #expect(!rows.contains { $0.hasPrefix("=") || $0.contains(",=") })

            let deleted = try await stack.orchestrator("users", "export", "--deleted", "true")
            #expect(deleted.output.split(separator: "\n").count == 2000)
            #expect(try await text(api.open("/users/export?deleted=true")) == deleted.output)
            #expect(try await stack.orchestrator("users", "export", "--sync", "1").output.isEmpty)
            let since = ["users", "export", "--changed-since", "9000-01-01T00:00:00Z"]
            #expect(try await stack.orchestrator(since[0], since[1], since[2], since[3]).output.isEmpty)
        }
    }

    @Test("clients that do not read hold no transaction, and keep no more than their places from others")
    func slowClients() async throws {
        try await withUsers {
            try await fill($0, 15_000, emailLength: 2000)
        } _: { stack, api in
            var streams: [HTTPResponseStream] = []
            for _ in 0..<4 { streams.append(try await api.open("/users/export")) }
            #expect(streams.allSatisfy { $0.status == 200 })
            let refused = try await api.ask("GET", "/users/export")
            #expect(refused.status == 503 && refused.headers["Retry-After"] == "30")
            // Once all buffers are full nothing is read any more.
            let sessions = """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND usename = 'user_sync_viewer'
                """
            try await eventually(within: .seconds(25), "the exports wait for their clients") {
                try await stack.count(
                    "\(sessions) AND (state <> 'idle' OR state_change > now() - interval '3 seconds')") == 0
            }
            for _ in 0..<5 {
                #expect(try await stack.count("\(sessions) AND state <> 'idle'") == 0)
                #expect(try await api.ask("GET", "/users?limit=1").status == 200)
                #expect(try await api.ask("GET", "/users/export").status == 503)
            }
            // One that begins to read gets all of it, the others go.
            let lines = try await text(streams[0]).split(separator: "\n")
            #expect(lines.count == 15_000)
            streams.removeAll()
            try await eventually(within: .seconds(40), "a place is free") {
                let stream = try await api.open("/users/export?sync=1")
                guard stream.status == 200 else { return false }
                return try await text(stream).isEmpty
            }
        }
    }

    @Test("a search that takes too long is stopped after its time, with a document that says so")
    func deadline() async throws {
        try await withUsers {
            try await fill($0, 10)
        } _: { stack, api in
            let locked = Task {
                try await stack.database.query("BEGIN; LOCK TABLE users; SELECT pg_sleep(14); COMMIT")
            }
            try await eventually(within: .seconds(10), "the table is locked") {
                try await stack.count(
                    "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'users'::regclass"
                ) > 0
            }
            let answer = try await api.ask("GET", "/users?deleted=true")
            #expect(answer.status == 504 && answer.mediaType == "application/problem+json", "\(answer)")
            #expect(try answer.decode(Problem.self).detail.contains("longer than 10 s"))
            _ = try await locked.value
            #expect(try await api.ask("GET", "/users?deleted=true").status == 200)
        }
    }

    @Test("a failed export is cut: its client sees an incomplete transfer")
    func cut() async throws {
        try await withUsers {
            try await fill($0, 15_000, emailLength: 2000)
        } _: { stack, api in
            let stream = try await api.open("/users/export")
            #expect(stream.status == 200)
            try await stack.database.query("ALTER TABLE users RENAME TO gone")
            await #expect(throws: (any Error).self) { _ = try await text(stream) }
            #expect(api.process.errorOutput.contains("an export was cut"))
        }
    }
}
