import CurlHTTP
import Foundation
import SyncTestSupport
import TestSupport
import Testing

@Suite("What a sync changed", .serialized)
struct ChangesIntegrationTests {
    /// The counters of a sync, wherever it is told.
    private struct Changes: Decodable, Equatable {
        let received, duplicates, rejected, skipped, inserted, updated, unchanged, newlyDeleted: Int
        let missing: Int?
        let missingDeleted: Int
    }

    private struct Event: Decodable { let sync: Changes? }

    private func decode<Value: Decodable>(_ type: Value.Type, _ json: some StringProtocol) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(json.utf8))
    }

    private func firstEvent(_ api: ServedAPI) async throws -> Changes? {
        var text = ""
        for try await chunk in try await api.events().body {
            text += String(decoding: chunk, as: UTF8.self)
            if let data = text.firstMatch(of: /event: progress\ndata: (.*)\n\n/)?.1 {
                return try decode(Event.self, data).sync
            }
        }
        throw TestSupportError("the events ended too early: \(text)")
    }

    /// As many users of each kind as the counters say.
    private func usersAreTold(_ stack: SyncStack, _ told: Changes) async throws {
        let csv = try await stack.orchestrator("report", "2", "--users", "--format", "csv")
        #expect(csv.status == 0, "\(csv.errorOutput)")
        let lines = csv.output.split(separator: "\n")
        #expect(lines.first == "user_name,change")
        func count(_ change: String) -> Int { lines.count { $0.hasSuffix(",\(change)") } }
        #expect(count("inserted") == told.inserted)
        #expect(count("newly_deleted") == told.newlyDeleted)
        #expect(count("updated") == told.updated - told.newlyDeleted)

        let text = try await stack.orchestrator("report", "--users").output.split(separator: "\n")
        #expect(text.count == told.inserted + told.updated)
        #expect(text.allSatisfy { $0.contains(/^(inserted|updated|newly deleted) +[^ ]/) })
        let json = try await stack.orchestrator("report", "2", "--users", "--format", "json").output
        #expect(json.split(separator: "\n").count == text.count)
        // What the first sync wrote and no other since.
        let first = try await stack.orchestrator("report", "1", "--users").output.split(separator: "\n")
        #expect(first.count == (try await stack.count("SELECT count(*) FROM users WHERE sync_id = 1")))
        #expect(first.allSatisfy { $0.hasPrefix("inserted ") })
        let unknown = try await stack.orchestrator("report", "99", "--users")
        #expect(unknown.status == 1 && unknown.output.isEmpty && unknown.errorOutput.contains("there is no sync 99"))
    }

    private func reportIsServed(_ api: ServedAPI, as json: String) async throws {
        let path = "/syncs/2/report"
        let asJSON = try await api.ask("GET", path)
        #expect(asJSON.mediaType == "application/json")
        #expect(asJSON.headers["Vary"] == "Accept")
        #expect(asJSON.text + "\n" == json)
        let asCSV = try await api.ask("GET", path, headers: [("Accept", "text/csv")])
        #expect(asCSV.mediaType == "text/csv; charset=utf-8; header=present")
        #expect(asCSV.headers["Content-Disposition"] == "attachment; filename=\"sync-2.csv\"")
        #expect(asCSV.text.hasPrefix("sync_id,status,received,") && asCSV.text.contains("\n2,COMPLETED,"))
        // What the query says goes first.
        let accept = [("Accept", "application/json")]
        #expect(try await api.ask("GET", path + "?format=csv", headers: accept).text == asCSV.text)
        #expect(try await api.ask("GET", path, headers: [("Accept", "text/html")]).status == 406)
        #expect(try await api.ask("GET", path + "?format=xml").status == 400)
        #expect(try await api.ask("GET", "/syncs/99/report").status == 404)
    }

    @Test("terminal, API and events tell the same, and the table agrees")
    func everywhere() async throws {
        try await withChangedSource { stack, legacy in
            let report = try await stack.orchestrator("report", "2", "--format", "json")
            let told = try decode(Changes.self, report.output)
            #expect(told.inserted == 1)
            #expect(told.missing == 3)
            #expect(told.missingDeleted == 0)
            #expect(told.newlyDeleted > 0 && told.updated > told.newlyDeleted)
            #expect(told.skipped > told.received / 2)
            #expect(told.received == told.inserted + told.updated + told.unchanged + told.duplicates)
            #expect(
                try await stack.count("SELECT count(*) FROM users WHERE sync_id = 2") == told.inserted + told.updated)

            try await usersAreTold(stack, told)

            let status = try await stack.orchestrator("status", "--json").output
            #expect(try decode(Changes.self, status) == told)
            let history = try await stack.orchestrator("history", "--json").output
            #expect(try decode([Changes].self, history).first == told)
            try await withServedAPI(of: stack, api: legacy) { api async throws in
                #expect(try await api.ask("GET", "/syncs/2").decode(Changes.self) == told)
                #expect(try await api.ask("GET", "/syncs").decode([Changes].self).first == told)
                #expect(try await firstEvent(api) == told)
                try await reportIsServed(api, as: report.output)
                let metrics = try await api.ask("GET", "/metrics").text
                #expect(metrics.contains("user_sync_newest_missing 3\n"))
                #expect(metrics.contains("user_sync_newest_skipped \(told.skipped)\n"))
            }
        }
    }
}
