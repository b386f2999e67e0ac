import Foundation
import SyncTestSupport
import TestSupport
import Testing

@Suite("The source's contract is watched", .serialized)
struct SourceIntegrationTests {
    @Test(
        "a field that is new in all records and one that is missing in 3% are told by log, metric, SyncLog, command and API"
    )
    func changed() async throws {
        try await withStack { stack in
            #expect(try await Self.source(stack) == "null")
            try await withWorkers(of: stack) { _ in
                let first = try await Self.sync(stack, Self.usual)
                #expect(first.status == 0, "\(first.errorOutput)")
                #expect(try await stack.status().sourceChanges == nil)
                #expect(try await Self.source(stack).contains(#""changes":[],"compared_syncs":0,"#))

                let second = try await Self.sync(stack, Self.changed)
                #expect(second.status == 0, "\(second.errorOutput)")
                let changes = [
                    "`createdAt` is missing in 3% of records (was 0%)", "field `phone` is new in 100% of records",
                ]
                for change in changes {
                    #expect(second.errorOutput.contains("\"change\":\"\(change)\""), "\(second.errorOutput)")
                }
                #expect(second.errorOutput.matches(of: /"message":"the source has changed"/).count == 2)
                #expect(second.output.matches(of: /"SourceChanges":2[,}]/).count == 1, "\(second.output)")
                let row = try await stack.status()
                #expect(row.status == "COMPLETED" && row.received == 970 && row.errorMessage == nil)
                #expect(row.sourceChanges == changes.joined(separator: "; "))
            }
            // As the viewer.
            let json = try await Self.source(stack)
            for part in [
                #""compared_syncs":1,"#, #""records":1000,"#, #""users":970,"#, #""unlisted_records":0,"#,
                #"{"absent":30,"longest":20,"name":"createdAt","null":0,"other_type":0}"#,
                #"{"name":"phone","records":1000,"type":"string"}"#, #"{"count":30,"reason":"missing_field"}"#,
                #""kind":"field_missing","#, #""now":30000,"subject":"createdAt","usual":0}"#,
            ] { #expect(json.contains(part), "\(part) in \(json)") }
            #expect(!json.contains("+49"), "no value is kept")
            let text = try await stack.orchestrator("source", "2")
            #expect(text.status == 0 && text.output.contains("- field `phone` is new in 100% of records"))
            #expect(try await stack.orchestrator("source", "9").errorOutput.contains("sync 9 has no profile"))
            try await Self.checkAPI(stack, json)
        }
    }

    /// `GET /source` says what the command says.
    private static func checkAPI(_ stack: SyncStack, _ json: String) async throws {
        let legacy = try await stack.startSimulator(SimulatedUsers(10))
        defer { legacy.stop() }
        try await withServedAPI(of: stack, api: legacy) { api in
            let newest = try await api.ask("GET", "/source")
            #expect(newest.status == 200 && newest.text == json)
            #expect(try await api.ask("GET", "/source?sync=1").text.contains(#""sync_id":1,"#))
            #expect(try await api.ask("GET", "/source?sync=9").status == 404)
            #expect(try await api.ask("GET", "/source?id=1").status == 400)
            #expect(try await api.ask("GET", "/source", headers: [("Authorization", "Bearer x")]).status == 401)
        }
    }

    private static func sync(_ stack: SyncStack, _ body: String) async throws -> (
        status: Int32, output: String, errorOutput: String
    ) {
        let source = try MisbehavingHTTPServer.start { connection, _ in
            try connection.respond("200 OK", ["Content-Type: application/json"], body)
        }
        defer { source.stop() }
        return try await stack.orchestrator(
            "sync", settings: ["LEGACY_API_URL": source.url, "METRICS_FORMAT": "emf"])
    }

    private static func source(_ stack: SyncStack) async throws -> String {
        let result = try await stack.orchestrator("source", "--json")
        #expect(result.status == 0, "\(result.errorOutput)")
        return result.output.trimmingCharacters(in: .newlines)
    }

    private static let usual = users { _ in (#","createdAt":"2024-05-01T10:00:00Z""#, "") }
    /// Every record has a phone, and of a hundred three have no date.
    private static let changed = users { id in
        (id % 100 < 3 ? "" : #","createdAt":"2024-05-01T10:00:00Z""#, #","phone":"+49123\#(id)""#)
    }

    private static func users(_ fields: (Int) -> (createdAt: String, phone: String)) -> String {
        let users = (0..<1_000).map { id in
            let (createdAt, phone) = fields(id)
            return
                #"{"id":\#(id),"userName":"user\#(id)","email":"u\#(id)@example.com"\#(createdAt),"deleted":false\#(phone)}"#
        }
        return "[" + users.joined(separator: ",") + "]"
    }
}
