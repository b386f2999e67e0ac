import Foundation
import SyncTestSupport
import TestSupport
import Testing

@Suite("A re-sync costs what changed", .serialized)
struct DeltaSyncIntegrationTests {
    /// What `orchestrator report --format json` prints.
    private struct Report: Decodable {
        let status: String
        let received: Int
        let inserted: Int
        let updated: Int
        let newlyDeleted: Int
        let unchanged: Int
        let skipped: Int
        let duplicates: Int
        let missing: Int?
        let missingDeleted: Int

        var isBalanced: Bool { received == inserted + updated + unchanged + duplicates }
    }

    private func report(_ stack: SyncStack) async throws -> Report {
        let result = try await stack.orchestrator("report", "--format", "json")
        try #require(result.status == 0, "\(result.errorOutput)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Report.self, from: Data(result.output.utf8))
    }

    /// One sync of a source of its own, which answers at once.
    private func sync(
        _ data: SimulatedUsers, on stack: SyncStack, settings: [String: String] = [:], isDryRun: Bool = false
    ) async throws -> (status: Int32, output: String, errorOutput: String) {
        let api = try await stack.startSimulator(
            data, "--interval-ms", "0", "--error-500-rate", "0", "--error-429-rate", "0")
        defer { api.stop() }
        return isDryRun
            ? try await stack.orchestrator("sync", "--dry-run", api: api, settings: settings)
            : try await stack.orchestrator("sync", api: api, settings: settings)
    }

    @Test("what the table holds is not sent; a later generation sends what changed; full mode sends everything")
    func changes() async throws {
        try await withStack { stack in
            // One duplicate in two contradicts the record it repeats at the same time.
            func generation(_ number: Int) -> SimulatedUsers {
                SimulatedUsers(
                    5_000, "--duplicate-rate", "0.1", "--conflicting-ties", "0.5", "--changed-rate", "0.02",
                    "--generation",
                    "\(number)")
            }
            let (data, later) = (generation(0), generation(1))
            try await withWorkers(of: stack) { _ in
                #expect(try await sync(data, on: stack).status == 0)
                let fresh = try await report(stack)
                #expect(fresh.inserted == (try await data.summary()).distinct)
                #expect(fresh.skipped == 0)
                #expect(fresh.missing == 0)

                let dry = try await sync(later, on: stack, isDryRun: true)
                #expect(dry.status == 0, "\(dry.errorOutput)")
                #expect(try await stack.count("SELECT count(*) FROM sync_logs") == 1)

                #expect(try await sync(data, on: stack).status == 0)
                let same = try await report(stack)
                #expect(same.skipped + same.duplicates == same.received)
                #expect(same.isBalanced)
                #expect(try await stack.status().batchesSent == 0)
                #expect(try await data.differences(in: stack.database) == "")

                #expect(try await sync(later, on: stack).status == 0)
                let changed = try await report(stack)
                #expect(changed.updated > 0)
                #expect(changed.newlyDeleted > 0)
                #expect(changed.inserted == 0)
                #expect(changed.skipped > changed.received / 2)
                #expect(changed.isBalanced)
                #expect(dry.output.contains("would update   \(changed.updated)\n"), "\(dry.output)")
                #expect(dry.output.contains("newly deleted  \(changed.newlyDeleted) of"), "\(dry.output)")
                #expect(try await later.differences(in: stack.database) == "")

                let full = try await sync(later, on: stack, settings: ["SYNC_MODE": "full"])
                #expect(full.status == 0)
                #expect(try await report(stack).skipped == 0)
                #expect(try await later.differences(in: stack.database) == "")
            }
        }
    }

    @Test("rows that someone changes or deletes in mid-sync are mended within the same sync")
    func touchedInMidSync() async throws {
        try await withStack { stack in
            let data = SimulatedUsers(3_000)
            try await withWorkers(of: stack) { _ in
                #expect(try await sync(data, on: stack).status == 0)
                for statement in [
                    "UPDATE users SET email = 'someone@example.com' WHERE id = (SELECT min(id) FROM users)",
                    "DELETE FROM users WHERE id = (SELECT max(id) FROM users)",
                ] {
                    let api = try await stack.startSimulator(
                        data, "--interval-ms", "0", "--stall", "3", "--error-500-rate", "0", "--error-429-rate", "0")
                    defer { api.stop() }
                    let syncs = try await stack.count("SELECT count(*) FROM sync_logs")
                    let sync = try stack.startSync(api)
                    defer { sync.kill() }
                    // The half of the stream before the stall has been taken.
                    try await eventually(within: .seconds(60), "the sync is in the stream") {
                        try await stack.count(
                            "SELECT coalesce(max(received), 0) FROM sync_logs WHERE id > \(syncs)") > 0
                    }
                    _ = try await stack.database.query(statement)
                    let status = try await sync.wait(deadline: .seconds(90))
                    #expect(status == 0, "\(sync.errorOutput)")
                    #expect(try await data.differences(in: stack.database) == "", "\(statement)")
                    let row = try await stack.status()
                    #expect(row.streamAttempts == 2)
                    #expect(row.isBalanced)
                }
            }
        }
    }

    @Test("a cut stream that had sent changes is read again right")
    func cutStream() async throws {
        try await withStack { stack in
            let first = SimulatedUsers(5_000, "--changed-rate", "0.05")
            let second = SimulatedUsers(5_000, "--changed-rate", "0.05", "--generation", "1")
            try await withWorkers(of: stack) { _ in
                #expect(try await sync(first, on: stack).status == 0)
                let api = try await stack.startSimulator(
                    second, "--interval-ms", "0", "--cut-first", "1", "--error-500-rate", "0", "--error-429-rate", "0")
                defer { api.stop() }
                // Small batches, so that the first attempt sends some.
                let result = try await stack.orchestrator(
                    "sync", api: api, settings: ["SYNC_BATCH_SIZE": "2", "SYNC_MESSAGE_GROUPS": "4"])
                #expect(result.status == 0, "\(result.errorOutput)")
            }
            #expect(try await second.differences(in: stack.database) == "")
            let row = try await stack.status()
            #expect(row.streamAttempts == 2)
            #expect(row.updated > 0)
            #expect(row.isBalanced)
        }
    }

    @Test("users who vanished are kept, or marked as deleted when asked for, and not when too many are missing")
    func missingUsers() async throws {
        try await withStack { stack in
            let sound = SimulatedUsers(2_000, "--damaged-rate", "0", "--junk-rate", "0", "--deleted-rate", "0")
            let ghosts =
                "INSERT INTO users (legacy_id, user_name, email, legacy_created_at) SELECT 1, 'ghost ' || n, 'g', now() FROM "
            let softDelete = ["SYNC_MISSING_USERS": "soft-delete"]
            let deletedGhosts = "SELECT count(*) FROM users WHERE user_name LIKE 'ghost %' AND deleted"
            try await withWorkers(of: stack) { _ in
                #expect(try await sync(sound, on: stack).status == 0)
                _ = try await stack.database.query(ghosts + "generate_series(1, 3) AS n")
                #expect(try await sync(sound, on: stack).status == 0)
                #expect(try await report(stack).missing == 3)
                #expect(try await stack.count(deletedGhosts) == 0)

                // A damaged record may be one of theirs.
                let damaged = SimulatedUsers(2_000, "--damaged-rate", "0.01", "--junk-rate", "0", "--deleted-rate", "0")
                let postponed = try await sync(damaged, on: stack, settings: softDelete)
                #expect(postponed.status == 0)
                #expect(postponed.errorOutput.contains("kept this time"))
                #expect(try await stack.count(deletedGhosts) == 0)

                // Missed once, they are remembered; missed twice, they are marked, in full mode too.
                let full = softDelete.merging(["SYNC_MODE": "full"]) { $1 }
                #expect(try await sync(sound, on: stack, settings: softDelete).status == 0)
                #expect(try await stack.count(deletedGhosts) == 0)
                #expect(try await sync(sound, on: stack, settings: full).status == 0)
                #expect(try await report(stack).missingDeleted == 3)
                #expect(try await stack.count(deletedGhosts) == 3)

                _ = try await stack.database.query(ghosts + "generate_series(11, 400) AS n")
                let refused = try await sync(sound, on: stack, settings: softDelete)
                #expect(refused.status == 1)
                #expect(try await stack.status().errorMessage?.contains("SYNC_MISSING_MAX_PERCENT=5") == true)
                #expect(try await stack.count(deletedGhosts) == 3)
                let allowed = softDelete.merging(["SYNC_MISSING_MAX_PERCENT": "20"]) { $1 }
                #expect(try await sync(sound, on: stack, settings: allowed).status == 0)
                #expect(try await stack.count(deletedGhosts) == 3)
                #expect(try await sync(sound, on: stack, settings: allowed).status == 0)
                #expect(try await stack.count(deletedGhosts) == 393)

                // A user who had been marked comes back.
                _ = try await stack.database.query(
                    """
                    UPDATE users SET deleted = true, deleted_at = now()
                    WHERE id IN (SELECT id FROM users WHERE NOT deleted ORDER BY id LIMIT 5)
                    """)
                #expect(try await sync(sound, on: stack).status == 0)
                #expect(try await report(stack).updated == 5)
                #expect(
                    try await stack.count("SELECT count(*) FROM users WHERE user_name NOT LIKE 'ghost %' AND deleted")
                        == 0)
            }
        }
    }
}
