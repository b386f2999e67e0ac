import Foundation
import SyncTestSupport
import Synchronization
import TestSupport
import Testing

@Suite("A database that another program has filled", .serialized)
struct TakeoverIntegrationTests {
    /// As TypeORM makes them for the origin's entities.
    private static let typeORM = """
        CREATE TABLE "users" ("id" SERIAL NOT NULL, "legacy_id" integer, "user_name" character varying(50) NOT NULL,
          "email" character varying(255) NOT NULL, "legacy_created_at" TIMESTAMP,
          "created_at" TIMESTAMP NOT NULL DEFAULT now(), "updated_at" TIMESTAMP NOT NULL DEFAULT now(),
          "deleted" boolean NOT NULL DEFAULT false, "deleted_at" TIMESTAMP,
          CONSTRAINT "UQ_users" UNIQUE ("user_name"), CONSTRAINT "PK_users" PRIMARY KEY ("id"));
        CREATE TABLE "sync_logs" ("id" SERIAL NOT NULL, "status" character varying(20) NOT NULL DEFAULT 'PENDING',
          "started_at" TIMESTAMP NOT NULL DEFAULT now(), "finished_at" TIMESTAMP,
          "total_processed" integer NOT NULL DEFAULT 0, "error_message" text, "duration_ms" integer,
          CONSTRAINT "PK_sync_logs" PRIMARY KEY ("id"));
        """

    private struct User {
        let name: String
        var id: Int
        var email: String
        var createdAt = "2024-05-01T10:00:00Z"
        var deleted = false

        init(_ number: Int) {
            name = String(format: "user%07d", number)
            id = number
            email = "u\(number)@example.com"
        }

        init(_ number: Int, name: String) {
            self.init(number)
            self = User(name: name, id: id, email: email)
        }

        private init(name: String, id: Int, email: String) {
            (self.name, self.id, self.email) = (name, id, email)
        }

        var json: String {
            #"{"id":\#(id),"userName":"\#(name)","email":"\#(email)","createdAt":"\#(createdAt)","deleted":\#(deleted)}"#
        }
    }

    private final class Source: Sendable {
        private final class Stored: Sendable {
            let users: Mutex<[User]>
            init(_ users: [User]) { self.users = Mutex(users) }
        }

        private let stored: Stored
        let server: MisbehavingHTTPServer

        init(_ users: [User]) throws {
            let stored = Stored(users)
            self.stored = stored
            server = try MisbehavingHTTPServer.start { connection, _ in
                let body = "[" + stored.users.withLock { $0.map(\.json).joined(separator: ",") } + "]"
                try connection.respond("200 OK", ["Content-Type: application/json"], body)
            }
        }

        func change(_ body: (inout [User]) -> Void) { stored.users.withLock { body(&$0) } }
    }

    private func sync(
        _ stack: SyncStack, _ source: Source, _ settings: [String: String] = [:]
    ) async throws -> SyncLogRow {
        var settings = settings
        settings["LEGACY_API_URL"] = source.server.url + "/external/users"
        let result = try await stack.orchestrator("sync", settings: settings)
        #expect(result.status == 0, "\(result.errorOutput)")
        return try await stack.status()
    }

    @Test(
        "is taken over as it is, in any time zone: the second sync changes nothing, a changed address changes one row",
        arguments: ["UTC", "Asia/Kolkata", "America/Sao_Paulo"], ["delta", "full"])
    func typeORM(timeZone: String, mode: String) async throws {
        let earlier = """
            INSERT INTO sync_logs (status, started_at, finished_at, total_processed, duration_ms)
            VALUES ('COMPLETED', '2020-01-01', '2020-01-01 00:20', 1000, 1200000), ('RUNNING', '2020-01-02', NULL, 5, NULL);
            INSERT INTO users (user_name, email) VALUES ('user0000007', 'made by the application');
            """
        try await withStack(after: Self.typeORM + earlier) { stack in
            _ = try await stack.database.query("ALTER DATABASE \(stack.database.name) SET TimeZone = '\(timeZone)'")
            let source = try Source((0..<300).map { User($0) })
            let settings = ["SYNC_MODE": mode]
            try await withWorkers(of: stack) { _ in
                let first = try await sync(stack, source, settings)
                #expect(first.inserted == 299 && first.updated == 1 && first.isBalanced)
                let second = try await sync(stack, source, settings)
                #expect(second.unchanged == 300 && second.newer == 0 && second.isBalanced)
                source.change { $0[3].email = "new@example.com" }
                let third = try await sync(stack, source, settings)
                #expect(third.updated == 1 && third.unchanged == 299 && third.isBalanced)
            }
            #expect(
                try await stack.count("SELECT count(*) FROM users WHERE legacy_created_at = '2024-05-01 10:00'") == 300)
            #expect(try await stack.count("SELECT count(*) FROM users WHERE email = 'new@example.com'") == 1)
            let doctor = try await stack.orchestrator("doctor", settings: ["LEGACY_API_URL": source.server.url])
            #expect(doctor.output.contains("users.legacy_id is integer"), "\(doctor.output)")
        }
    }

    @Test(
        "a column that keeps milliseconds: what the source says more finely is cut, and the next change still arrives")
    func milliseconds() async throws {
        let columns = Self.typeORM.replacing(
            #""legacy_created_at" TIMESTAMP"#, with: #""legacy_created_at" TIMESTAMP(3)"#)
        try await withStack(after: columns) { stack in
            // One is rounded up where nothing cuts it, the other one down.
            let times = ["2024-05-01T10:00:00.123789Z", "2024-05-01T10:00:00.123123Z"]
            let source = try Source(
                (0..<4).map { number in
                    var user = User(number)
                    user.createdAt = times[number % 2]
                    return user
                })
            try await withWorkers(of: stack) { _ in
                _ = try await sync(stack, source)
                let second = try await sync(stack, source)
                #expect(second.unchanged == 4 && second.newer == 0 && second.isBalanced)
                source.change { for index in $0.indices { $0[index].email = "new\(index)@example.com" } }
                let third = try await sync(stack, source)
                #expect(third.updated == 4 && third.newer == 0 && third.isBalanced)
            }
            #expect(
                try await stack.count(
                    "SELECT count(*) FROM users WHERE email LIKE 'new%' AND legacy_created_at = '2024-05-01 10:00:00.123'"
                )
                    == 4)
        }
    }

    @Test("refuses what does not fit user by user; the sync is COMPLETED, and says whom it refused and why")
    func refused() async throws {
        try await withStack(after: Self.typeORM + "ALTER TABLE users ADD CONSTRAINT one_address UNIQUE (email)") {
            stack in
            var users = (0..<299).map { User($0) }
            users[100].id = 3_000_000_000
            users[200] = User(200, name: String(repeating: "n", count: 51))
            var double = User(299)
            double.email = users[0].email
            let source = try Source(users + [double])
            try await withWorkers(of: stack) { _ in
                for _ in 1...2 {
                    let row = try await sync(stack, source)
                    #expect(row.status == "COMPLETED" && row.refused == 3 && row.isBalanced)
                }
            }
            #expect(try await stack.count("SELECT count(*) FROM users") == 297)
            #expect(try await stack.count("SELECT count(*) FROM sync_batch_failures") == 0)
            let json = try await stack.orchestrator("rejects", "--json").output
            for part in ["one_address", "23505", "22003", "22001", "user0000100", #""reason":"refused""#] {
                #expect(json.contains(part), "\(json)")
            }
            let text = try await stack.orchestrator("rejects", "--summary").output
            #expect(text.contains("3 users refused by the database") && text.contains("one_address"), "\(text)")
        }
    }

    @Test("fails as a whole when more than ten and more than one in ten are refused, over all batches of a sync")
    func tooManyRefused() async throws {
        try await withStack(maximumReceives: 2, after: Self.typeORM) { stack in
            let users = (0..<300).map { number in
                var user = User(number)
                if number % 5 == 0 { user.id = 3_000_000_000 }
                return user
            }
            let source = try Source(users)
            try await withWorkers(of: stack) { _ in
                let settings = [
                    "LEGACY_API_URL": source.server.url, "SYNC_BATCH_SIZE": "10", "SYNC_MESSAGE_GROUPS": "1",
                ]
                let result = try await stack.orchestrator("sync", settings: settings)
                #expect(result.status == 1)
            }
            let row = try await stack.status()
            #expect(row.status == "FAILED")
            #expect(row.errorMessage?.contains("refused") == true, "\(row)")
            #expect(try await stack.count("SELECT count(*) FROM users") == 240)
        }
    }

    @Test("a row that is newer than its source stays as it is, is counted, and is free once it is released")
    func newer() async throws {
        try await withStack(after: Self.typeORM) { stack in
            var frozen = User(7)
            frozen.createdAt = "2099-01-01T00:00:00Z"
            let source = try Source([User(1), frozen])
            try await withWorkers(of: stack) { _ in
                #expect(try await sync(stack, source).newer == 0)
                source.change {
                    $0[1] = User(7); $0[1].email = "corrected@example.com"
                }
                for mode in ["delta", "full"] {
                    let row = try await sync(stack, source, ["SYNC_MODE": mode])
                    #expect(row.newer == 1 && row.updated == 0 && row.unchanged == 2)
                }
                #expect(try await stack.orchestrator("report").output.contains("1 users whose row is newer"))
                _ = try await stack.database.query(
                    "UPDATE users SET legacy_created_at = '-infinity' WHERE user_name = 'user0000007'")
                let row = try await sync(stack, source)
                #expect(row.newer == 0 && row.updated == 1)
            }
            #expect(try await stack.count("SELECT count(*) FROM users WHERE email = 'corrected@example.com'") == 1)
        }
    }

    @Test("is refused in words when it cannot work, and nothing is touched")
    func unsuitable() async throws {
        let stack = try await SyncStack()
        try await stack.roles.run(
            Self.typeORM + "ALTER TABLE users DROP CONSTRAINT \"UQ_users\", ADD tenant integer NOT NULL;", as: .owner,
            in: stack.database)
        let result = try await stack.orchestrator("migrate")
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("users has no unique index on user_name alone"), "\(result.errorOutput)")
        #expect(result.errorOutput.contains("users.tenant is NOT NULL without a default"))
        #expect(try await stack.count("SELECT count(*) FROM pg_class WHERE relname = 'sync_batches'") == 0)
        try await stack.remove()
    }
}
