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

            let status = try await stack.orchestrator("status", "--json").output
            #expect(try decode(Changes.self, status) == told)
            let history = try await stack.orchestrator("history", "--json").output
            #expect(try decode([Changes].self, history).first == told)
            try await withServedAPI(of: stack, api: legacy) { api async throws in
                #expect(try await api.ask("GET", "/syncs/2").decode(Changes.self) == told)
                #expect(try await api.ask("GET", "/syncs").decode([Changes].self).first == told)
                #expect(try await firstEvent(api) == told)
                let metrics = try await api.ask("GET", "/metrics").text
                #expect(metrics.contains("user_sync_newest_missing 3\n"))
                #expect(metrics.contains("user_sync_newest_skipped \(told.skipped)\n"))
            }
        }
    }
}
