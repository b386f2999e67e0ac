import Foundation
import SyncTestSupport
import TestSupport
import Testing

@Suite("Metrics of the programs", .serialized)
struct MetricsIntegrationTests {
    private static let settings = ["METRICS_FORMAT": "emf", "METRICS_INTERVAL": "1", "METRICS_DEPLOYMENT": "staging"]

    @Test("every line of metrics of a real sync is a valid document, and the sums are those of the SyncLog")
    func wholeSync() async throws {
        try await withStack { stack in
            let data = SimulatedUsers(5_000, "--damaged-rate", "0.002")
            let api = try await stack.startSimulator(
                data, "--interval-ms", "0", "--cut-first", "1", "--cut-at", "0.5", "--error-500-rate", "0",
                "--error-429-rate", "0")
            defer { api.stop() }
            try await withWorkers(of: stack, settings: Self.settings) { workers in
                let sync = try await stack.orchestrator("sync", api: api, settings: Self.settings)
                #expect(sync.status == 0, "\(sync.errorOutput)")
                workers[0].terminate()
                #expect(try await workers[0].wait(deadline: .seconds(60)) == 0)
                let lines = [sync.output, workers[0].output].flatMap { $0.split(separator: "\n").map(String.init) }
                #expect(try await EMFSchema.problems(in: lines) == [])

                let metrics = try MetricLines(lines)
                #expect(metrics.deployments == ["staging"])
                let row = try await stack.status()
                // The cut reading counts too.
                #expect(metrics.sum("UsersReceived", of: "orchestrator") > row.received)
                #expect(metrics.sum("UsersRejected", of: "orchestrator") >= row.rejected)
                #expect(metrics.sum("BatchesSent", of: "orchestrator") == row.batchesSent)
                #expect(metrics.sum("SyncsCompleted", of: "orchestrator") == 1)
                #expect(metrics.sum("SyncsFailed", of: "orchestrator") == 0)
                #expect(metrics.sum("BatchesApplied", of: "worker") == row.batchesApplied)
                let applied = try await stack.count("SELECT sum(users) FROM sync_batches")
                #expect(metrics.sum("UsersApplied", of: "worker") == applied)
                #expect(metrics.values("UpsertLatency", of: "worker").count == row.batchesApplied)
                #expect(metrics.values("DrainTime", of: "orchestrator").count == 1)
                #expect(metrics.values("StreamRate", of: "orchestrator").allSatisfy { $0 >= 0 })
                #expect(metrics.values("LastCompletedSyncAge", of: "orchestrator") == [0])
            }
        }
    }

    @Test("a sync that fails is counted as failed, whether the database could be told or not")
    func failedSync() async throws {
        try await withStack { stack in
            let api = try await stack.startSimulator(SimulatedUsers(100))
            defer { api.stop() }
            for wrong in [["LEGACY_API_KEY": "wrong"], ["DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"]] {
                let sync = try await stack.orchestrator(
                    "sync", api: api,
                    settings: Self.settings.merging(wrong) { _, new in new }.merging(["SYNC_OUTAGE_TIMEOUT": "5"]) {
                        _, new in new
                    })
                #expect(sync.status == 1, "\(sync.errorOutput)")
                let lines = sync.output.split(separator: "\n").map(String.init)
                #expect(try await EMFSchema.problems(in: lines) == [])
                #expect(try MetricLines(lines).sum("SyncsFailed", of: "orchestrator") == 1)
            }
        }
    }

    @Test("without being asked, on a machine that is none of AWS's, no program writes metrics")
    func silence() async throws {
        try await withStack { stack in
            let api = try await stack.startSimulator(SimulatedUsers(100))
            defer { api.stop() }
            let sync = try await stack.orchestrator("sync", api: api, settings: ["LEGACY_API_KEY": "wrong"])
            #expect(sync.output == "")
            let wrong = try await stack.orchestrator("sync", api: api, settings: ["METRICS_FORMAT": "statsd"])
            #expect(wrong.status == 78)
            #expect(wrong.errorOutput.contains("METRICS_FORMAT must be one of emf, none"), "\(wrong.errorOutput)")
        }
    }
}

/// Lines of the embedded metric format, read by a JSON reader that is not ours.
private struct MetricLines {
    private var documents: [[String: Any]] = []

    init(_ lines: [String]) throws {
        for line in lines {
            let document = try JSONSerialization.jsonObject(with: Data(line.utf8))
            documents.append(try #require(document as? [String: Any]))
        }
    }

    /// The deployments that the lines name; an empty one for a line that names none.
    var deployments: Set<String> { Set(documents.map { $0["Deployment"] as? String ?? "" }) }

    func values(_ metric: String, of service: String) -> [Double] {
        documents.filter { $0["Service"] as? String == service }.flatMap { document in
            (document[metric] as? [Double]) ?? (document[metric] as? Double).map { [$0] } ?? []
        }
    }

    func sum(_ metric: String, of service: String) -> Int { Int(values(metric, of: service).reduce(0, +)) }
}
