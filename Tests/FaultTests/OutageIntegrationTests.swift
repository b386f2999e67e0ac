import SyncTestSupport
import TestSupport
import Testing

@Suite("An outage as long as a failover", .serialized)
struct OutageIntegrationTests {
    @Test("PostgreSQL away for 75 s in mid-sync costs nothing but time")
    func databaseAway() async throws {
        let postgres = try await PostgresServer.start()
        try await withTrial(6_000, postgres: postgres) { trial in
            let api = try await trial.startAPI("--interval-ms", "100")
            defer { api.stop() }
            let sync = try trial.startSync(api)
            defer { sync.kill() }
            try await trial.withWorkers { _ in
                try await trial.waitForBatches(5)
                try await postgres.stop(.immediate)
                try await Task.sleep(for: .seconds(75))
                try await postgres.start()
                trial.faultIsOver()
                try await trial.complete(sync)
            }
            try await trial.verify("PostgreSQL away for 75 s", injected: "stopped (immediate) in mid-sync")
        }
        try await postgres.stop()
    }
}
