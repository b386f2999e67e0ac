import Foundation
import SQS
import SyncTestSupport
import Synchronization
import TestSupport
import Testing

@Suite("Fields of your own, end to end", .serialized)
struct ExtraFieldsIntegrationTests {
    private static let setting = ["SYNC_EXTRA_FIELDS": "phone:text,plan:text:plan_name,score:number"]

    private static func user(_ name: String, _ members: String) -> String {
        #"{"id":1,"userName":"\#(name)","email":"e","createdAt":"2024-05-01T10:00:00Z","deleted":false\#(members)}"#
    }

    private func sync(
        _ stack: SyncStack, _ users: [String], settings: [String: String] = setting, isDryRun: Bool = false
    ) async throws -> (status: Int32, output: String, errorOutput: String) {
        let body = "[" + users.joined(separator: ",") + "]"
        let source = try MisbehavingHTTPServer.start { connection, _ in
            try connection.respond("200 OK", ["Content-Type: application/json"], body)
        }
        defer { source.stop() }
        let all = settings.merging(["LEGACY_API_URL": "\(source.url)/external/users"]) { $1 }
        return isDryRun
            ? try await stack.orchestrator("sync", "--dry-run", settings: all)
            : try await stack.orchestrator("sync", settings: all)
    }

    private static let members = #","phone":"+55 1","plan":"gold","score":1.50"#

    @Test(
        "a sync with eight fields fills them; the next one sends the one user who changed; a wrong type is a reject that names the field"
    )
    func eightFields() async throws {
        try await withStack { stack in
            let users = [Self.user("ana", Self.members), Self.user("bia", ""), Self.user("cid", #","phone":"""#)]
            // The setting and the database must agree, and a wrong setting touches nothing.
            let early = try await sync(stack, users)
            #expect(
                early.status == 78 && early.errorOutput.contains("run 'orchestrator migrate'"), "\(early.errorOutput)")
            let wrong = try await stack.orchestrator("migrate", settings: ["SYNC_EXTRA_FIELDS": "email:text"])
            #expect(wrong.status == 78 && wrong.errorOutput.contains("SYNC_EXTRA_FIELDS"), "\(wrong.errorOutput)")
            let migrated = try await stack.orchestrator("migrate", settings: Self.setting)
            #expect(migrated.status == 0 && migrated.output.contains("users.plan_name added"), "\(migrated.output)")
            try await stack.roles.grant(in: stack.database)
            #expect(try await sync(stack, users, settings: [:]).status == 78)
            #expect(try await sync(stack, users, settings: [:], isDryRun: true).status == 78)
            #expect(try await stack.count("SELECT count(*) FROM sync_logs") == 0)

            try await withWorkers(of: stack) { _ in
                let first = try await sync(stack, users + [Self.user("dan", #","score":"high""#)])
                #expect(first.status == 0, "\(first.errorOutput)")
                let rows =
                    "SELECT string_agg(concat_ws('|', user_name, coalesce(phone, '-'), coalesce(plan_name, '-'), "
                    + "coalesce(score::text, '-')), ' ' ORDER BY user_name) FROM users"
                #expect(try await stack.database.query(rows).contains("ana|+55 1|gold|1.5 bia|-|-|- cid||-|-"))
                #expect(try await stack.orchestrator("rejects", "--json").output.contains("\"invalid_field:score\""))

                // Other spellings of the same values, and one change.
                let later = [
                    Self.user("ana", #","score":15e-1,"plan":"gold","phone":"+55 1""#),
                    Self.user("bia", #","phone":null,"score":1e2"#), Self.user("cid", #","phone":"""#),
                ]
                let forecast = try await sync(stack, later, isDryRun: true)
                #expect(forecast.status == 0, "\(forecast.errorOutput)")
                #expect(
                    forecast.output.contains("the five of every user, and phone, plan, score"), "\(forecast.output)")
                #expect(try await sync(stack, later).status == 0)
                let status = try await stack.status()
                #expect(status.isBalanced && status.updated == 1 && status.unchanged == 2, "\(status)")
                #expect(try await stack.count("SELECT sum(users) FROM sync_batches WHERE sync_id = 2") == 1)
                #expect(try await stack.count("SELECT score::int FROM users WHERE user_name = 'bia'") == 100)
            }

            for command in ["status", "report"] {
                let text = try await stack.orchestrator(command).output
                #expect(text.contains("the five of every user, and phone, plan, score"), "\(text)")
            }
            for (settings, outcome) in [(Self.setting, "ok"), ([:], "problem")] {
                let report = try await stack.orchestrator("doctor", "--json", settings: settings).output
                #expect(report.contains(#""outcome":"\#(outcome)","subject":"database.fields""#), "\(report)")
            }

            let shown = try await stack.orchestrator("users", "show", "ana", "--json")
            let user = try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any]
            #expect(user?["plan_name"] as? String == "gold")
            #expect(user?["score"] as? String == "1.5")
            let csv = try await stack.orchestrator("users", "export", "--format", "csv").output.split(separator: "\n")
            #expect(csv.first?.hasSuffix(",sync_id,phone,plan_name,score") == true)
            // A telephone number may look like a formula.
            #expect(csv.dropFirst().first?.contains("'+55 1") == true, "\(csv)")
        }
    }

    @Test("a forged message for another program's column is refused, and the worker goes on")
    func forged() async throws {
        try await withStack(visibilityTimeout: 10, maximumReceives: 2) { stack in
            try await stack.roles.run("ALTER TABLE users ADD is_admin boolean", as: .owner, in: stack.database)
            _ = try await stack.orchestrator("migrate", settings: Self.setting)
            try await stack.roles.grant(in: stack.database)
            _ = try await stack.database.query(
                "INSERT INTO sync_logs (status, batches_reserved) VALUES ('RUNNING', 64)")
            let bodies = [
                "user-sync/3\t1\t1\t0\t1\tis_admin:boolean\n1\t0\t0\teve\te\tt\n",
                "user-sync/3\t1\t2\t1\t1\tphone:text\n1\t0\t0\tana\te\t1\n",
            ]
            for (index, body) in bodies.enumerated() {
                let sent = try await stack.sqs.sendMessageBatch(
                    queueURL: stack.queueURL,
                    entries: [
                        SendMessageBatchEntry(
                            id: "m", body: Array(body.utf8), messageGroupID: "u\(index)",
                            deduplicationID: "s1a1b\(index + 1)")
                    ])
                #expect(sent.failed.isEmpty)
            }
            try await withWorkers(of: stack) { _ in
                let letters = try await stack.waitForDeadLetters(1)
                #expect(letters.contains { $0.cause?.contains("is_admin:boolean") == true })
                try await eventually(within: .seconds(20), "the other message is applied") {
                    (try? await stack.count("SELECT count(*) FROM users WHERE user_name = 'ana' AND phone = '1'")) == 1
                }
            }
            #expect(try await stack.count("SELECT count(*) FROM users WHERE user_name = 'eve'") == 0)
        }
    }
}
