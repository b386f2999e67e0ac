import Foundation
import SyncTestSupport
import TestSupport
import Testing

@Suite("A sync in a real terminal", .serialized)
struct LiveDisplayIntegrationTests {
    private func sync(
        _ stack: SyncStack, _ api: Simulator, columns: Int, settings: [String: String] = [:],
        _ steps: PseudoTerminal.Step...
    ) async throws -> PseudoTerminal.Result {
        var environment = stack.environment
        environment["LEGACY_API_URL"] = api.url
        environment["TERM"] = "xterm-256color"
        environment["LANG"] = "en_US.UTF-8"
        environment["LOG_FORMAT"] = nil
        return try await PseudoTerminal.run(
            Executables.path("orchestrator"), ["sync"], columns: columns,
            environment: environment.merging(settings) { _, new in new }, steps: steps)
    }

    /// About four seconds of stream.
    private func startAPI(_ stack: SyncStack) async throws -> Simulator {
        try await stack.startSimulator(
            SimulatedUsers(3_000), "--interval-ms", "150", "--error-500-rate", "0", "--error-429-rate", "0")
    }

    @Test("the display stays in its place at 40, 80 and 200 columns, fits them, and leaves the outcome behind")
    func widths() async throws {
        try await withStack { stack in
            let api = try await startAPI(stack)
            defer { api.stop() }
            try await withWorkers(of: stack) { _ in
                for columns in [80, 40, 200] {
                    let result = try await sync(
                        stack, api, columns: columns,
                        .expect(#"users +\d[\d,]* +\d+/s"#), .expect("waiting, "), .snapshot("running"), .end)
                    #expect(result.status == 0, "\(result.everything)")
                    let running = try #require(result.snapshots["running"])
                    #expect(running.count { $0.hasPrefix("sync ") } == 1, "\(running)")
                    // One line for a field where two do not fit.
                    let hasPairs = running.contains { $0.contains("users ") && $0.contains("bytes ") }
                    #expect(hasPairs == (columns >= 80), "\(running)")
                    for field in ["sent ", "applied ", "in flight ", "queue ", "rejects ", "last sync "] {
                        #expect(running.contains { $0.contains(field) }, "\(field): \(running)")
                    }
                    // Nothing of the display is left above or below: the outcome has its place.
                    #expect(!result.everything.contains("in flight"), "\(result.everything)")
                    #expect(result.everything.contains("COMPLETED in"))
                    // What stands above it is for a person, and wraps nowhere.
                    #expect(result.everything.contains("stream complete: 3,000"), "\(result.everything)")
                    #expect(!result.raw.contains("trace_id"))
                    let written = result.raw.replacing(/\u{1b}\[[0-9;]*[A-Za-z]/, with: "").split(
                        whereSeparator: \.isNewline)
                    #expect(written.allSatisfy { $0.count < columns }, "\(written.filter { $0.count >= columns })")
                    #expect(result.everything.contains("received 3,000"))
                    #expect(result.raw.contains("\u{1b}[32m"))
                }
                // The first had nothing to compare itself with, the later ones had.
                #expect(try await stack.count("SELECT count(*) FROM sync_logs WHERE status = 'COMPLETED'") == 3)
            }
        }
    }

    @Test("a window made narrower and wider again is drawn for the width it has")
    func resize() async throws {
        try await withStack { stack in
            let api = try await startAPI(stack)
            defer { api.stop() }
            try await withWorkers(of: stack) { _ in
                let result = try await sync(
                    stack, api, columns: 100,
                    .expect(#"users .*bytes "#), .resize(columns: 40, rows: 24), .expect(#"(?m)^bytes "#),
                    .snapshot("narrow"), .resize(columns: 120, rows: 24), .expect(#"users .*bytes "#), .end)
                #expect(result.status == 0, "\(result.everything)")
                let narrow = try #require(result.snapshots["narrow"])
                #expect(!narrow.contains { $0.contains("users ") && $0.contains("bytes ") }, "\(narrow)")
            }
        }
    }

    @Test("NO_COLOR: redrawn, without any colour")
    func noColour() async throws {
        try await withStack { stack in
            let api = try await startAPI(stack)
            defer { api.stop() }
            try await withWorkers(of: stack) { _ in
                let result = try await sync(
                    stack, api, columns: 80, settings: ["NO_COLOR": "1"], .expect("in flight"), .end)
                #expect(result.status == 0, "\(result.everything)")
                #expect(result.raw.contains("\u{1b}[K"))
                #expect(!result.raw.contains(/\u{1b}\[[0-9;]*m/))
            }
        }
    }

    @Test("a dumb terminal gets log lines and not one escape sequence", arguments: ["TERM", "LOG_FORMAT"])
    func dumb(variable: String) async throws {
        try await withStack { stack in
            let api = try await startAPI(stack)
            defer { api.stop() }
            try await withWorkers(of: stack) { _ in
                let settings = variable == "TERM" ? ["TERM": "dumb"] : ["LOG_FORMAT": "json"]
                let result = try await sync(stack, api, columns: 80, settings: settings, .end)
                #expect(result.status == 0, "\(result.everything)")
                #expect(!result.raw.contains("\u{1b}"))
                #expect(result.raw.contains("sync completed"))
            }
        }
    }

    @Test("Ctrl-C marks the row, says so, and leaves the terminal clean")
    func interrupt() async throws {
        try await withStack { stack in
            let api = try await stack.startSimulator(
                SimulatedUsers(30_000), "--interval-ms", "200", "--error-500-rate", "0", "--error-429-rate", "0")
            defer { api.stop() }
            let result = try await sync(
                stack, api, columns: 80, .expect(#"users +\d[\d,]* +\d+/s"#), .type("\u{3}"), .end)
            #expect(result.status == 1)
            #expect(result.everything.contains("FAILED after"), "\(result.everything)")
            #expect(result.everything.contains("interrupted: the orchestrator was told to stop"))
            #expect(!result.everything.contains("in flight"), "\(result.everything)")
            let row = try await stack.status()
            #expect(row.status == "FAILED")
            #expect(row.errorMessage?.hasPrefix("interrupted") == true)
        }
    }

    @Test("status --watch follows a sync to its end, in place; the history fits the window")
    func watch() async throws {
        try await withStack { stack in
            let api = try await startAPI(stack)
            defer { api.stop() }
            try await withWorkers(of: stack) { _ in
                let running = try stack.startSync(api)
                defer { running.kill() }
                try await eventually(within: .seconds(30), "the sync runs") {
                    try await stack.count("SELECT count(*) FROM sync_logs WHERE received > 0") == 1
                }
                var environment = stack.environment
                environment["TERM"] = "xterm"
                let watched = try await PseudoTerminal.run(
                    Executables.path("orchestrator"), ["status", "--watch"], columns: 60, environment: environment,
                    steps: [.expect("RUNNING|PROCESSING"), .expect("COMPLETED"), .end])
                #expect(watched.status == 0)
                #expect(watched.screen.count { $0.hasPrefix("status ") } == 1, "\(watched.screen)")
                #expect(watched.screen.contains { $0.hasPrefix("status      COMPLETED") }, "\(watched.screen)")

                let history = try await PseudoTerminal.run(
                    Executables.path("orchestrator"), ["history"], columns: 40, environment: environment, steps: [.end])
                #expect(history.screen.count == 2 && history.screen[1].contains("COMPLETED"), "\(history.screen)")
            }
        }
    }
}
