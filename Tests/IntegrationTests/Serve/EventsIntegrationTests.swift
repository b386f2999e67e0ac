import CurlHTTP
import Foundation
import SyncTestSupport
import TestSupport
import Testing

@Suite("Progress and dead letters over HTTP", .serialized)
struct EventsIntegrationTests {
    private struct Progress: Decodable {
        struct Sync: Decodable { let id: Int, status: String, received: Int }
        struct Pace: Decodable { let elapsedMs: Int, usersPerSecond: Double? }
        let sync: Sync?
        let cancellable: Bool
        let pace: Pace?
    }

    /// Reads the documents of a stream of events until one is enough.
    private func follow(_ api: ServedAPI, until isEnough: (Progress) -> Bool) async throws -> [Progress] {
        let stream = try await api.events()
        #expect(stream.status == 200)
        #expect(stream.headers["Content-Type"] == "text/event-stream")
        // A proxy must hold nothing back, and keep nothing.
        #expect(stream.headers["X-Accel-Buffering"] == "no")
        #expect(stream.headers["Cache-Control"] == "no-store")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var text = ""
        var seen: [Progress] = []
        for try await chunk in stream.body {
            text += String(decoding: chunk, as: UTF8.self)
            while let end = text.range(of: "\n\n") {
                let event = text[..<end.lowerBound]
                text = String(text[end.upperBound...])
                guard let data = event.firstMatch(of: /event: progress\ndata: (.*)/)?.1 else { continue }
                let progress = try decoder.decode(Progress.self, from: Data(data.utf8))
                seen.append(progress)
                if isEnough(progress) { return seen }
            }
            if seen.count > 120 { break }
        }
        throw TestSupportError("the events ended too early: \(seen.suffix(3))")
    }

    @Test("whoever watches sees the sync begin, grow and end, wherever it runs")
    func events() async throws {
        try await withStack { stack in
            let legacy = try await stack.startSimulator(
                SimulatedUsers(4_000), "--interval-ms", "100", "--error-500-rate", "0", "--error-429-rate", "0")
            defer { legacy.stop() }
            try await withWorkers(of: stack) { _ in
                try await withServedAPI(of: stack, api: legacy) { api async throws in
                    let idle = try await follow(api) { _ in true }
                    #expect(idle.first?.sync == nil)
                    #expect(try await api.ask("POST", "/syncs").status == 202)
                    let seen = try await follow(api) { $0.sync?.status == "COMPLETED" }
                    #expect(seen.contains { $0.cancellable && $0.sync?.status == "RUNNING" })
                    #expect(seen.contains { ($0.pace?.usersPerSecond ?? 0) > 0 })
                    #expect(seen.last?.pace == nil)
                    let received = seen.compactMap { $0.sync?.received }
                    #expect(received == received.sorted())
                    #expect(received.last == 4_000)

                    // One that runs in another process is seen, too, but cannot be cancelled here.
                    let sync = try stack.startSync(legacy)
                    defer { sync.kill() }
                    let other = try await follow(api) { $0.sync?.id == 2 && ($0.sync?.received ?? 0) > 0 }
                    #expect(other.last?.cancellable == false)
                    #expect(other.last?.pace != nil)
                }
            }
        }
    }

    @Test("more watchers than there are places are sent away, and a place is free again when one leaves")
    func places() async throws {
        try await withStack { stack in
            let legacy = try await stack.startSimulator(SimulatedUsers(100))
            defer { legacy.stop() }
            try await withServedAPI(of: stack, api: legacy) { api async throws in
                var streams: [HTTPResponseStream] = []
                for _ in 0..<64 { streams.append(try await api.events()) }
                #expect(streams.allSatisfy { $0.status == 200 })
                #expect(try await api.events().status == 503)
                streams.removeAll()
                try await eventually(within: .seconds(30), "a place is free") {
                    try await api.events().status == 200
                }
            }
        }
    }

    @Test("fifty watchers cost the database no more than one")
    func sharedLook() async throws {
        try await withStack { stack in
            let legacy = try await stack.startSimulator(SimulatedUsers(100))
            defer { legacy.stop() }
            try await withServedAPI(of: stack, api: legacy) { api async throws in
                let transactions = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
                let before = try await stack.count(transactions)
                let events = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<50 {
                        let stream = try await api.events()
                        #expect(stream.status == 200)
                        group.addTask {
                            var text = ""
                            for try await chunk in stream.body {
                                text += String(decoding: chunk, as: UTF8.self)
                                if text.matches(of: /event: progress\n/).count >= 10 { break }
                            }
                            return text.matches(of: /event: progress\n/).count
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(events.count == 50 && events.allSatisfy { $0 >= 10 }, "\(events)")
                // A look is one statement while no sync has run. The server adds up what a session did once a second.
                try await Task.sleep(for: .seconds(2))
                let looks = try await stack.count(transactions) - before
                #expect(looks > 0)
                #expect(looks < events.reduce(0, +) / 4, "\(looks) transactions for \(events.reduce(0, +)) events")
            }
        }
    }

    private struct Letters: Decodable {
        struct Letter: Decodable { let syncId: Int?, cause: String?, replayable: Bool }
        let total: Int
        let deadLetters: [Letter]
    }

    private struct Report: Decodable { let dryRun: Bool, replayed: Int, completed: [Int], unfinished: [Int] }

    @Test("dead letters are listed with their cause, replayed on demand, and complete their sync")
    func deadLetters() async throws {
        try await withStack(visibilityTimeout: 10, maximumReceives: 2) { stack in
            let data = SimulatedUsers(2_000)
            let legacy = try await stack.startSimulator(data, "--interval-ms", "0")
            defer { legacy.stop() }
            try await stack.refuseSomeBatches()
            try await withWorkers(of: stack) { _ in
                let settings = ["SYNC_MESSAGE_GROUPS": "8", "SYNC_STALL_TIMEOUT": "100"]
                #expect(try await stack.orchestrator("sync", api: legacy, settings: settings).status == 1)
                let failed = try await stack.status()
                let dead = failed.batchesSent - failed.batchesApplied
                #expect(dead > 0)
                try await withServedAPI(of: stack, api: legacy) { api async throws in
                    try await eventually(within: .seconds(60), "the queue has moved them away") {
                        try await api.ask("GET", "/dead-letters").decode(Letters.self).deadLetters.count == dead
                    }
                    let letters = try await api.ask("GET", "/dead-letters").decode(Letters.self)
                    #expect(letters.deadLetters.allSatisfy { $0.replayable && $0.syncId == failed.id })
                    #expect(letters.deadLetters.allSatisfy { $0.cause?.contains("refused") == true })

                    let json = [("Content-Type", "application/json")]
                    let path = "/dead-letters/redrive"
                    let dry = try await api.ask("POST", path, headers: json, body: #"{"dry_run":true}"#)
                    #expect(try dry.decode(Report.self).replayed == dead)
                    let mistyped = try await api.ask("POST", path, headers: json, body: #"{"dryrun":true}"#)
                    #expect(mistyped.status == 400)
                    #expect(try await api.ask("POST", path, body: "dry_run=true").status == 415)
                    #expect(try await stack.status().status == "FAILED")

                    try await stack.acceptAllBatches()
                    let report = try await api.ask("POST", path, headers: json, body: #"{"wait_seconds":30}"#)
                        .decode(Report.self)
                    #expect(!report.dryRun && report.replayed == dead, "\(report)")
                    try await eventually(within: .seconds(60), "the sync is complete") {
                        _ = try await api.ask("POST", path)
                        return try await stack.status().status == "COMPLETED"
                    }
                }
            }
            #expect(try await data.differences(in: stack.database) == "")
        }
    }
}
