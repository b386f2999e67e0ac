import SyncTestSupport
import TestSupport
import Testing

@Suite("A simulated source with fields of your own", .serialized)
struct OwnFieldsIntegrationTests {
    private static let setting =
        "phone:text,plan:text:plan_name,score:number,isVIP:boolean:is_vip,lastSeen:timestamp:last_seen"

    private static func users(generation: Int) -> SimulatedUsers {
        SimulatedUsers(
            3000, "--own-fields", setting, "--mistyped-rate", "0.02", "--changed-rate", "0.2", "--unicode-rate", "0.2",
            "--generation", "\(generation)")
    }

    @Test("absent, null and wrong values arrive as the simulator expects, and a change of one field is one update")
    func simulated() async throws {
        try await withStack { stack in
            let settings = ["SYNC_EXTRA_FIELDS": Self.setting]
            #expect(try await stack.orchestrator("migrate", settings: settings).status == 0)
            try await stack.roles.grant(in: stack.database)
            try await withWorkers(of: stack) { _ in
                for generation in 0...1 {
                    let data = Self.users(generation: generation)
                    let api = try await stack.startSimulator(data, "--interval-ms", "0")
                    defer { api.stop() }
                    let result = try await stack.orchestrator("sync", api: api, settings: settings)
                    #expect(result.status == 0, "\(result.errorOutput)")
                    let digest = try await stack.database.query(try await data.expected("--digest-sql"))
                    #expect(try await digest.contains(data.expected("--digest")))
                }
            }
            let row = try await stack.status()
            let expected = try await Self.users(generation: 1).summary()
            #expect(row.received == expected.received && row.rejected >= expected.rejects && row.isBalanced)
            #expect(row.inserted == 0 && row.updated > 300 && row.unchanged > 1500, "\(row)")
        }
    }
}
