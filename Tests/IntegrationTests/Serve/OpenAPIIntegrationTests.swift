import Foundation
import SyncTestSupport
import TestSupport
import Testing

@Suite("The OpenAPI document", .serialized)
struct OpenAPIIntegrationTests {
    private static let settings = "\(packageRoot)/Tests/IntegrationTests/Serve/schemathesis.toml"

    @Test("what the server does is what its document says, whatever it is asked (schemathesis)")
    func conformance() async throws {
        try await withStack { stack in
            let data = SimulatedUsers(1_000, "--damaged-rate", "0.02")
            let legacy = try await stack.startSimulator(data, "--interval-ms", "0")
            defer { legacy.stop() }
            let folder = try TemporaryFolder(prefix: "schemathesis")
            defer { folder.remove() }
            try await withWorkers(of: stack) { _ in
                // So that there is something to be shown.
                #expect(try await stack.orchestrator("sync", api: legacy).status == 0)
                try await withServedAPI(of: stack, api: legacy) { api async throws in
                    let result = try await ChildProcess.run(
                        try PythonEnvironment.web(),
                        [
                            "-m", "schemathesis.cli", "--no-color", "--config-file", Self.settings, "run",
                            "\(api.url)/openapi.json", "--seed", "1",
                        ],
                        environment: ChildProcess.environment(adding: ["SYNC_API_TOKEN": api.token ?? ""]),
                        directory: folder.path, deadline: .seconds(300))
                    #expect(result.status == 0, "\(result.output)\n\(result.errorOutput)\n\(api.process.lastLines())")
                    #expect(!api.process.errorOutput.contains("a request failed"), "\(api.process.lastLines())")
                }
            }
        }
    }
}
