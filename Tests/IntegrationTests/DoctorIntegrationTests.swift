import Foundation
import SQS
import SyncTestSupport
import TestSupport
import Testing

@Suite("doctor finds what is wrong", .serialized)
struct DoctorIntegrationTests {
    private struct Report: Decodable {
        let healthy: Bool
        let findings: [Finding]

        func outcome(_ subject: String) -> String? { findings.first { $0.subject == subject }?.outcome }
        func summary(_ subject: String) -> String { findings.first { $0.subject == subject }?.summary ?? "" }
        var problems: [String] { findings.filter { $0.outcome == "problem" }.map(\.subject) }
    }

    private struct Finding: Decodable {
        let subject: String
        let outcome: String
        let summary: String
        let advice: String?
    }

    private func doctor(
        _ stack: SyncStack, api: Simulator? = nil, _ settings: [String: String] = [:]
    ) async throws -> Report {
        let result = try await stack.orchestrator("doctor", "--json", api: api, settings: settings)
        let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
        #expect(result.status == (report.healthy ? 0 : 1), "\(result.errorOutput)")
        #expect(report.healthy == report.problems.isEmpty)
        #expect(report.findings.allSatisfy { $0.outcome != "problem" || $0.advice != nil }, "\(report)")
        return report
    }

    private let calm = ["--interval-ms", "0", "--error-500-rate", "0", "--error-429-rate", "0"]

    private func startAPI(_ stack: SyncStack, _ options: String...) async throws -> Simulator {
        try await Simulator(
            SimulatedUsers(2_000), options: calm + options, apiKey: stack.environment["LEGACY_API_KEY"] ?? "")
    }

    @Test("a service that is set up well is healthy, before its first sync and after it; nothing is changed by looking")
    func healthy() async throws {
        try await withStack(visibilityTimeout: 120) { stack in
            let api = try await startAPI(stack)
            defer { api.stop() }
            let before = try await doctor(stack, api: api)
            #expect(before.healthy, "\(before)")
            #expect(before.outcome("workers") == "warning")
            #expect(before.summary("sync") == "no sync has run yet")
            #expect(before.summary("queue.visibility").contains("no batch has been measured"))
            #expect(try await stack.count("SELECT count(*) FROM sync_logs") == 0)

            try await withWorkers(of: stack) { _ in
                let sync = try await stack.orchestrator("sync", api: api)
                #expect(sync.status == 0, "\(sync.errorOutput)")
                let after = try await doctor(stack, api: api)
                #expect(after.findings.allSatisfy { $0.outcome == "ok" || $0.outcome == "skipped" }, "\(after)")
                #expect(after.summary("queue.visibility").contains("the slowest batch of the last syncs took"))
                #expect(after.summary("sync").hasPrefix("sync 1 was completed"))
            }
            let text = try await stack.orchestrator("doctor", api: api)
            #expect(text.status == 0 && text.output.contains("ok       database.schema"), "\(text.output)")
            // The workers are gone, as where they are scaled to zero between two syncs.
            #expect(text.output.contains("none is needed between two syncs"), "\(text.output)")
        }
    }

    @Test("settings that are missing are all named at once, and the rest is looked at all the same")
    func configuration() async throws {
        try await withStack { stack in
            let report = try await doctor(
                stack, ["LEGACY_API_KEY": "", "SQS_QUEUE_URL": "https://sqs/users", "SYNC_BATCH_SIZE": "none"])
            let named = report.findings.filter { $0.subject == "configuration" }.map(\.summary)
            #expect(named.count == 4, "\(named)")
            for variable in ["LEGACY_API_URL", "LEGACY_API_KEY", "SQS_QUEUE_URL", "SYNC_BATCH_SIZE"] {
                #expect(named.contains { $0.hasPrefix(variable) }, "\(named)")
            }
            #expect(report.outcome("database") == "ok" && report.outcome("queue") == "skipped")
            #expect(report.outcome("legacy_api") == "skipped")
        }
    }

    @Test("a database without the schema, without rights, read-only or out of reach: each says what to do")
    func database() async throws {
        let stack = try await SyncStack()
        let api = try await startAPI(stack)
        defer { api.stop() }
        #expect(try await doctor(stack, api: api).problems == ["database.schema"])
        try await stack.migrate()

        let role = "limited_\(UInt32.random(in: 0 ... .max))"
        _ = try await stack.database.query(
            "CREATE ROLE \(role); GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(role)")
        let url = stack.database.connectionString
        let limited = try await doctor(stack, api: api, ["DATABASE_URL": url + "?options=-c%20role%3D\(role)"])
        #expect(limited.problems == ["database.privileges"], "\(limited)")
        #expect(limited.summary("database.privileges").contains("INSERT on sync_logs"))
        _ = try await stack.database.query("DROP OWNED BY \(role); DROP ROLE \(role)")

        let readOnly = ["DATABASE_URL": url + "?options=-c%20default_transaction_read_only%3Don"]
        #expect(try await doctor(stack, api: api, readOnly).problems == ["database"])

        let nobody = ["DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:\(try freePort())/x"]
        let unreachable = try await doctor(stack, api: api, nobody)
        #expect(unreachable.problems == ["database"] && unreachable.outcome("queue.fifo") == "ok")
        #expect(!"\(unreachable)".contains("hunter2"))
        try await stack.remove()
    }

    @Test("a queue that cannot work, that is not there, or with dead letters, is told")
    func queue() async throws {
        try await withStack { stack in
            let api = try await startAPI(stack)
            defer { api.stop() }
            let bad = try await stack.sqs.createQueue(
                name: SQSServer.uniqueQueueName("bad"),
                attributes: [
                    "FifoQueue": "true", "VisibilityTimeout": "5", "MessageRetentionPeriod": "600",
                    "MaximumMessageSize": "65536",
                ])
            let report = try await doctor(stack, api: api, ["SQS_QUEUE_URL": bad])
            #expect(
                report.problems == [
                    "queue.visibility", "queue.retention", "queue.message_size", "queue.redrive",
                ], "\(report)")

            let missing = try await doctor(stack, api: api, ["SQS_QUEUE_URL": "\(bad.dropLast(5))-none.fifo"])
            #expect(missing.problems == ["queue"] && missing.outcome("queue.fifo") == "skipped")

            let down = ["AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:\(try freePort())"]
            #expect(try await doctor(stack, api: api, down).problems == ["queue"])

            _ = try await stack.sqs.sendMessageBatch(
                queueURL: stack.deadLetterQueueURL,
                entries: [.init(id: "m0", body: Array("lost".utf8), messageGroupID: "lane", deduplicationID: "1")])
            let lost = try await doctor(stack, api: api)
            #expect(lost.healthy && lost.outcome("dead_letters") == "warning", "\(lost)")
            #expect(lost.summary("dead_letters").hasPrefix("about 1 messages wait"))
        }
    }

    @Test("who may not send is told so, and nothing is sent to find it out")
    func rightToSend() async throws {
        let reading = ["sqs:CreateQueue", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"]
        // At AWS a batch needs the right of the single call; plain moto asks for one of the batch's own name.
        let sending = ["sqs:SendMessage", "sqs:SendMessageBatch"]
        for (actions, outcome) in [(reading, "problem"), (reading + sending, "ok")] {
            let server = try await SQSServer.startVerifyingSignatures(allowing: actions)
            let stack = try await SyncStack(server: server)
            let api = try await startAPI(stack)
            defer { api.stop() }
            try await stack.migrate()
            let report = try await doctor(stack, api: api)
            #expect(report.outcome("queue.sending") == outcome, "\(report)")
            #expect(report.outcome("queue.fifo") == "ok")
            if outcome == "problem" {
                #expect(report.problems == ["queue.sending"])
                let advice = report.findings.first { $0.subject == "queue.sending" }?.advice
                #expect(advice == "allow sqs:SendMessage on the queue")
            }
            let waiting = try await stack.sqs.getQueueAttributes(queueURL: stack.queueURL)
            #expect(waiting["ApproximateNumberOfMessages"] == "0")
            try await stack.remove()
            try await server.stop()
        }
    }

    @Test("the right to mark users as deleted is asked for only where a sync would do it")
    func rightToSoftDelete() async throws {
        try await withStack { stack in
            let api = try await startAPI(stack)
            defer { api.stop() }
            let softDelete = ["SYNC_MISSING_USERS": "soft-delete"]
            #expect(try await doctor(stack, api: api, softDelete).outcome("database.privileges") == "ok")
            _ = try await stack.database.query(
                "REVOKE UPDATE (deleted_at, sync_id) ON users FROM \(DatabaseRoles.Role.orchestrator.rawValue)")
            #expect(try await doctor(stack, api: api).outcome("database.privileges") == "ok")
            let lacking = try await doctor(stack, api: api, softDelete)
            #expect(lacking.problems == ["database.privileges"])
            #expect(
                lacking.summary("database.privileges")
                    == "this role lacks UPDATE (deleted_at) on users, UPDATE (sync_id) on users", "\(lacking)")
        }
    }

    @Test("the legacy API's refusals are told apart: a wrong key, a rate limit, failures, nobody there, a login page")
    func legacyAPI() async throws {
        try await withStack { stack in
            let api = try await startAPI(stack)
            defer { api.stop() }
            let key = try await doctor(stack, api: api, ["LEGACY_API_KEY": "wrong"])
            #expect(key.problems == ["legacy_api"] && key.summary("legacy_api").contains("401"))

            let limiting = try await startAPI(stack, "--error-429-rate", "1", "--retry-after", "9")
            defer { limiting.stop() }
            let limited = try await doctor(stack, api: limiting)
            #expect(limited.healthy && limited.outcome("legacy_api") == "warning", "\(limited)")
            #expect(limited.summary("legacy_api").contains("9 s"))

            let failing = try await startAPI(stack, "--error-500-rate", "1")
            defer { failing.stop() }
            #expect(try await doctor(stack, api: failing).summary("legacy_api").contains("500 (3 tries)"))

            let nobody = ["LEGACY_API_URL": "http://127.0.0.1:\(try freePort())/users"]
            #expect(try await doctor(stack, nobody).problems == ["legacy_api"])

            let page = try MisbehavingHTTPServer.start { connection, _ in
                try connection.respond("200 OK", ["Content-Type: text/html"], "<html>log in</html>")
            }
            defer { page.stop() }
            #expect(try await doctor(stack, ["LEGACY_API_URL": page.url + "/users"]).problems == ["legacy_api"])
        }
    }

    @Test("a clock that is ten minutes off is a problem, whatever else the service answers")
    func clock() async throws {
        try await withStack { stack in
            let api = try await startAPI(stack)
            defer { api.stop() }
            let service = try MisbehavingHTTPServer.start { connection, _ in
                let formatter = DateFormatter()
                formatter.locale = Locale(identifier: "en_US_POSIX")
                formatter.timeZone = TimeZone(identifier: "GMT")
                formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
                let date = formatter.string(from: Date(timeIntervalSinceNow: 600))
                try connection.respond("403 Forbidden", ["Date: \(date)"], "{}")
            }
            defer { service.stop() }
            let report = try await doctor(stack, api: api, ["AWS_ENDPOINT_URL_SQS": service.url])
            #expect(report.problems == ["queue", "clock"], "\(report)")
            #expect(report.summary("clock").contains("behind SQS"))
        }
    }

    @Test("a sync that its orchestrator left behind is told, with the command that clears it")
    func leftover() async throws {
        try await withStack { stack in
            let api = try await startAPI(stack)
            defer { api.stop() }
            _ = try await stack.database.query("INSERT INTO sync_logs (status) VALUES ('RUNNING')")
            let report = try await doctor(stack, api: api)
            #expect(report.outcome("sync") == "warning", "\(report)")
            #expect(report.findings.first { $0.subject == "sync" }?.advice?.contains("orchestrator reset") == true)
        }
    }
}
