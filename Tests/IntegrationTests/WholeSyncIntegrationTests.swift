import Foundation
import SyncTestSupport
import TestSupport
import Testing

@Suite("A whole sync", .serialized)
struct WholeSyncIntegrationTests {
    @Test("a sync brings every user through the queue into the table, and counts each once")
    func wholeSync() async throws {
        try await withStack { stack in
            let data = SimulatedUsers(20_000, "--damaged-rate", "0.002", "--unicode-rate", "0.1")
            let api = try await stack.startSimulator(data, "--interval-ms", "0")
            defer { api.stop() }
            try await withWorkers(2, of: stack) { _ in
                let result = try await stack.orchestrator("sync", api: api)
                #expect(result.status == 0, "\(result.errorOutput)")
            }
            #expect(try await data.differences(in: stack.database) == "")
            let row = try await stack.status()
            let expected = try await data.summary()
            #expect(row.status == "COMPLETED")
            #expect(row.received == expected.received)
            #expect(row.totalProcessed == expected.received)
            #expect(row.rejected >= expected.rejects)
            #expect(row.inserted == expected.distinct)
            #expect(row.isBalanced)
            #expect(row.batchesSent == row.batchesApplied)
            #expect(try await stack.count("SELECT count(*) FROM sync_rejects") == row.rejected)
            #expect(try await stack.count("SELECT count(*) FROM users WHERE deleted") == expected.deleted)
        }
    }

    @Test("a second sync of the same stream writes no row and takes no identity value")
    func unchangedSync() async throws {
        try await withStack { stack in
            let data = SimulatedUsers(5_000)
            let api = try await stack.startSimulator(data, "--interval-ms", "0")
            defer { api.stop() }
            let fingerprint = """
                SELECT md5(string_agg(t::text || t.xmin::text || t.ctid::text, ',' ORDER BY id))
                    || (SELECT last_value FROM users_id_seq) FROM users t
                """
            try await withWorkers(of: stack) { _ in
                #expect(try await stack.orchestrator("sync", api: api).status == 0)
                let before = try await stack.database.query(fingerprint)
                #expect(try await stack.orchestrator("sync", api: api).status == 0)
                #expect(try await stack.database.query(fingerprint) == before)
            }
            let row = try await stack.status()
            #expect(row.inserted == 0)
            #expect(row.updated == 0)
            #expect(row.isBalanced)
        }
    }

    @Test("a later generation of the source changes exactly what changed")
    func changedSync() async throws {
        try await withStack { stack in
            let first = SimulatedUsers(5_000, "--changed-rate", "0.05", "--generation", "0")
            let second = SimulatedUsers(5_000, "--changed-rate", "0.05", "--generation", "1")
            try await withWorkers(of: stack) { _ in
                for data in [first, second] {
                    let api = try await stack.startSimulator(data, "--interval-ms", "0")
                    defer { api.stop() }
                    #expect(try await stack.orchestrator("sync", api: api).status == 0)
                    #expect(try await data.differences(in: stack.database) == "")
                }
            }
            let row = try await stack.status()
            #expect(row.inserted == 0)
            #expect(row.updated > 0)
            #expect(row.isBalanced)
        }
    }

    @Test("a stream that is cut is read again, and nothing is counted twice")
    func cutStream() async throws {
        try await withStack { stack in
            let data = SimulatedUsers(10_000)
            let api = try await stack.startSimulator(
                data, "--interval-ms", "0", "--cut-first", "2", "--cut-at", "0.6", "--error-500-rate", "0",
                "--error-429-rate", "0")
            defer { api.stop() }
            try await withWorkers(of: stack) { _ in
                let result = try await stack.orchestrator("sync", api: api)
                #expect(result.status == 0, "\(result.errorOutput)")
            }
            #expect(try await data.differences(in: stack.database) == "")
            let row = try await stack.status()
            let expected = try await data.summary()
            #expect(row.streamAttempts == 3)
            #expect(row.received == expected.received)
            #expect(row.rejected >= expected.rejects)
            #expect(row.inserted == expected.distinct)
            #expect(row.isBalanced)
            #expect(try await stack.count("SELECT count(*) FROM sync_rejects") == row.rejected)
        }
    }
}
