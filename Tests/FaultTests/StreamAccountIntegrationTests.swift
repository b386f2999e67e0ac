import Glibc
import SyncTestSupport
import TestSupport
import Testing

/// Bodies that real sources and proxies have sent, byte by byte, to the programs as they are.
@Suite("A stream that is damaged, cut, endless or too small", .serialized)
struct StreamAccountIntegrationTests {
    private static func user(_ id: Int) -> String {
        let padded = String(repeating: "0", count: 7 - "\(id)".count) + "\(id)"
        return
            #"{"id":\#(id),"userName":"user\#(padded)","email":"u\#(id)@example.com","createdAt":"2024-05-01T10:00:00Z","deleted":false}"#
    }

    private static func array(_ ids: Range<Int>) -> String { "[" + ids.map(user).joined(separator: ",") + "]" }

    /// The array of 300 users, in which one record is another text.
    private static func array(replacing id: Int, with text: String) -> String {
        array(0..<300).replacing(user(id), with: text)
    }

    /// Runs one sync of a source that answers every call alike, with missing users marked as deleted.
    /// - Returns: the exit status, what it printed, and how often the source was called.
    private func sync(
        _ stack: SyncStack, _ settings: [String: String] = [:], isDryRun: Bool = false,
        _ answer: @escaping MisbehavingHTTPServer.Answer
    ) async throws -> (status: Int32, output: String, calls: Int) {
        let source = try MisbehavingHTTPServer.start(answer)
        defer { source.stop() }
        let all = ["LEGACY_API_URL": "\(source.url)/external/users", "SYNC_MISSING_USERS": "soft-delete"]
            .merging(settings) { _, new in new }
        let result =
            isDryRun
            ? try await stack.orchestrator("sync", "--dry-run", settings: all)
            : try await stack.orchestrator("sync", settings: all)
        return (result.status, result.output, source.requestsReceived)
    }

    private func sync(_ stack: SyncStack, _ body: String, _ settings: [String: String] = [:]) async throws -> Int32 {
        try await sync(stack, settings) { connection, _ in
            try connection.respond("200 OK", ["Content-Type: application/json"], body)
        }.status
    }

    private static let marked = "SELECT count(*) FROM users WHERE deleted"

    /// Runs a test on a table that a sync of 300 users has filled.
    private func withSyncedUsers(_ body: (SyncStack) async throws -> Void) async throws {
        try await withStack { stack in
            try await withWorkers(of: stack) { _ in
                try #require(try await sync(stack, Self.array(0..<300)) == 0)
                try await body(stack)
            }
        }
    }

    @Test(
        "a user whose record is damaged stays live after that sync and after the same again, and the damage is on record"
    )
    func damagedRecord() async throws {
        try await withSyncedUsers { stack async throws in
            let noBrace = " " + Self.user(50).dropFirst()
            for (id, text) in [
                (50, noBrace), (50, #"{"id": 50,"#), (50, Self.user(50).replacing("userName", with: "us\u{1}rName")),
                (0, " " + Self.user(0).dropFirst()), (299, " " + Self.user(299).dropFirst()), (299, #"{"id": 299,"#),
                (50, Self.user(50).replacing(",\"email\"", with: "\"email\"")), (50, "{\"data\":\(Self.user(50))}"),
            ] {
                for _ in 1...2 {
                    #expect(try await sync(stack, Self.array(replacing: id, with: text)) == 0, "\(text)")
                    #expect(try await stack.count(Self.marked) == 0, "\(text)")
                    #expect(try await stack.status().rejected >= 1, "\(text)")
                    #expect(
                        try await stack.count(
                            "SELECT count(*) FROM sync_rejects WHERE sync_id = (SELECT max(id) FROM sync_logs)")
                            >= 1)
                }
            }
        }
    }

    @Test("an array that ends without its bracket is never complete, although its transfer is")
    func cut() async throws {
        try await withSyncedUsers { stack async throws in
            let cut = "[" + (0..<288).map(Self.user).joined(separator: ",") + ","
            let result = try await sync(stack) { connection, _ in
                try connection.sendHead("200 OK", ["Content-Type: application/json", "Transfer-Encoding: chunked"])
                try connection.sendChunk(Array(cut.utf8))
                try connection.sendChunk([])
            }
            #expect(result.status == 1)
            #expect(result.calls == 2)
            let row = try await stack.status()
            #expect(row.status == "FAILED")
            #expect(row.errorMessage?.contains("the source itself is broken") == true, "\(row.errorMessage ?? "")")
            #expect(try await stack.count(Self.marked) == 0)
            // Sound again, it completes.
            #expect(try await sync(stack, Self.array(0..<300)) == 0)
        }
    }

    @Test(
        "a source that sends blanks for ever, or one endless object, ends the attempt as a silent one does",
        arguments: [" ", "a"])
    func endless(piece: String) async throws {
        try await withStack { stack in
            let result = try await sync(
                stack, ["SYNC_STREAM_IDLE_TIMEOUT": "2", "SYNC_STREAM_ATTEMPTS": "2"]
            ) { connection, _ in
                try connection.sendHead("200 OK", ["Content-Type: application/json", "Transfer-Encoding: chunked"])
                try connection.sendChunk(Array((piece == " " ? "[" : "[{\"id\":1,\"x\":\"").utf8))
                while true {
                    try connection.sendChunk(Array(piece.utf8))
                    usleep(100_000)
                }
            }
            #expect(result.status == 1)
            #expect(result.calls == 2)
            let row = try await stack.status()
            #expect(row.errorMessage?.contains("no whole record") == true, "\(row.errorMessage ?? "")")
        }
    }

    @Test(
        "a source with too few records fails with exit status 65: all is applied, nobody is marked, no redrive completes it"
    )
    func tooFew() async throws {
        try await withSyncedUsers { stack async throws in
            let few = Self.array(0..<200).replacing("u7@example.com", with: "new@example.com")
            let answer: MisbehavingHTTPServer.Answer = { connection, _ in
                try connection.respond("200 OK", ["Content-Type: application/json"], few)
            }
            let dry = try await sync(stack, isDryRun: true, answer)
            #expect(dry.status == 0)
            #expect(dry.output.contains("too few records"), "\(dry.output)")

            let result = try await sync(stack, ["SYNC_MISSING_MAX_PERCENT": "50"], answer)
            #expect(result.status == 65)
            #expect(result.calls == 2)
            #expect(try await stack.status().status == "FAILED")
            #expect(try await stack.status().errorMessage?.contains("SYNC_MINIMUM_PERCENT=80") == true)
            #expect(try await stack.count(Self.marked) == 0)
            #expect(try await stack.count("SELECT count(*) FROM users WHERE email = 'new@example.com'") == 1)

            _ = try await stack.orchestrator("dead-letters", "redrive")
            #expect(try await stack.status().status == "FAILED")

            let accepted = try await sync(
                stack, ["SYNC_MISSING_MAX_PERCENT": "50", "SYNC_MINIMUM_PERCENT": "0"], answer)
            #expect(accepted.status == 0)
            #expect(accepted.calls == 1)
        }
    }

    @Test("asked to wait for longer than five minutes, the sync ends at once and says so")
    func longRetryAfter() async throws {
        try await withStack { stack in
            let result = try await sync(stack) { connection, _ in
                try connection.respond("429 Too Many Requests", ["Retry-After: 301"])
            }
            #expect(result.status == 1)
            #expect(result.calls == 1)
            let message = try await stack.status().errorMessage ?? ""
            #expect(message.contains("longer than a sync waits"), "\(message)")
        }
    }
}
