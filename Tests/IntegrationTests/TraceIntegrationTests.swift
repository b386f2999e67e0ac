import Foundation
import SyncTestSupport
import TestSupport
import Testing

@Suite("Logs and traces of a sync")
struct TraceIntegrationTests {
    private func events(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map { line in
            let event = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require(event as? [String: Any], "not one object a line: \(line)")
        }
    }

    @Test("orchestrator and worker log one trace for a sync, with its id and the batch in each line about a batch")
    func oneTrace() async throws {
        try await withStack { stack in
            let api = try await stack.startSimulator(SimulatedUsers(2_000), "--interval-ms", "0")
            defer { api.stop() }
            try await withWorkers(of: stack) { workers in
                // Calls and messages as small as they may be: the attribute counts.
                let sync = try await stack.orchestrator("sync", api: api, settings: ["SQS_MAX_MESSAGE_BYTES": "1024"])
                #expect(sync.status == 0, "\(sync.errorOutput)")
                workers[0].terminate()
                #expect(try await workers[0].wait(deadline: .seconds(60)) == 0)
                let row = try await stack.status()
                let sent = try events(sync.errorOutput)
                let trace = try #require(
                    sent.first { $0["message"] as? String == "sync started" }?["trace_id"] as? String)
                for event in sent where event["sync_id"] as? Int == row.id {
                    #expect(event["trace_id"] as? String == trace, "\(event)")
                }
                let applied = try events(workers[0].errorOutput).filter { $0["message"] as? String == "batch applied" }
                #expect(Set(applied.compactMap { $0["batch"] as? Int }).count == row.batchesSent)
                for event in applied {
                    #expect(event["trace_id"] as? String == trace)
                    #expect(event["sync_id"] as? Int == row.id)
                }
            }
        }
    }
}
