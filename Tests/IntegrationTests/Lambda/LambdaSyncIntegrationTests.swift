import Foundation
import SyncTestSupport
import TestSupport
import Testing

@Suite("A whole sync through Lambda")
struct LambdaSyncIntegrationTests {
    /// `LAMBDA_SYNC_USERS` makes it a large one.
    private static let users =
        ProcessInfo.processInfo.environment["LAMBDA_SYNC_USERS"].flatMap { Int($0) } ?? 20_000

    @Test("a sync whose batches reach the worker through an event source mapping ends COMPLETED, the table equal")
    func wholeSync() async throws {
        try await withStack(visibilityTimeout: 60) { stack in
            let data = SimulatedUsers(Self.users, "--damaged-rate", "0.002")
            let api = try await stack.startSimulator(data, "--interval-ms", "0")
            defer { api.stop() }
            let functions = try (0..<2).map { _ in try LambdaFunction(stack) }
            defer { for function in functions { function.stop() } }
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for function in functions {
                    group.addTask {
                        let mapping = EventSourceMapping(
                            sqs: stack.sqs, queueURL: stack.queueURL, function: function.runtime)
                        do { try await mapping.run() } catch _ where Task.isCancelled {}
                        return false
                    }
                }
                group.addTask {
                    let result = try await stack.orchestrator("sync", api: api, deadline: .seconds(500))
                    #expect(result.status == 0, "\(result.errorOutput)")
                    return true
                }
                // The mappings poll until the sync has ended, or one of them has failed.
                while let hasEnded = try await group.next(), !hasEnded {}
                group.cancelAll()
            }
            #expect(try await data.differences(in: stack.database) == "")
            let row = try await stack.status()
            let expected = try await data.summary()
            #expect(row.status == "COMPLETED")
            #expect(row.isBalanced)
            #expect(expected.received >= Self.users)
            #expect(row.received == expected.received)
            #expect(row.batchesApplied == row.batchesSent)
        }
    }
}
