import Foundation
import Glibc
import SyncTestSupport
import TestSupport
import Testing

@Suite("Good citizens: pipes, disks, terminals and containers", .serialized)
struct GoodCitizenIntegrationTests {
    /// Runs a program by a shell, with redirections as people write them. `$program` is its path.
    private func shell(
        _ script: String, _ program: String, _ stack: SyncStack? = nil, settings: [String: String] = [:]
    ) throws -> ChildProcess {
        var environment = stack?.environment ?? ["PATH": "/usr/bin:/bin"]
        environment["program"] = Executables.path(program)
        return try ChildProcess.start(
            "/bin/bash", ["-c", script], environment: environment.merging(settings) { _, new in new })
    }

    @Test(
        "a result that cannot be written is an error with exit status 1, whatever the command",
        arguments: [
            ("orchestrator", "--help >/dev/full", "No space left on device"),
            ("orchestrator", "status --help >&-", "Bad file descriptor"),
            ("worker", "--help >/dev/full", "No space left on device"),
        ])
    func lostResult(program: String, arguments: String, reason: String) async throws {
        let child = try shell("\"$program\" \(arguments)", program)
        #expect(try await child.wait(deadline: .seconds(30)) == 1)
        #expect(child.errorOutput.contains("error: the output cannot be written: \(reason)"), "\(child.errorOutput)")
    }

    @Test("the same for what is read from the database")
    func lostStatus() async throws {
        try await withStack { stack in
            _ = try await stack.database.query(
                "INSERT INTO sync_logs (status) SELECT 'FAILED' FROM generate_series(1, 200)")
            for arguments in [
                "status", "status --json", "history", "history --json", "history --limit 200 --json", "rejects --json",
                "report 1 --format csv",
            ] {
                for (output, reason) in [("/dev/full", "No space left on device"), ("&-", "Bad file descriptor")] {
                    let child = try shell("\"$program\" \(arguments) >\(output)", "orchestrator", stack)
                    #expect(try await child.wait(deadline: .seconds(30)) == 1, "\(arguments)")
                    #expect(child.errorOutput.contains(reason), "\(arguments): \(child.errorOutput)")
                }
            }
            // A command's own failure keeps its exit status.
            let misconfigured = try shell(
                "\"$program\" status --json >/dev/full", "orchestrator", stack, settings: ["LOG_LEVEL": "loud"])
            #expect(try await misconfigured.wait(deadline: .seconds(30)) == 78)
            // A reader that has seen enough wants no message.
            let reader = try shell(
                "\"$program\" history --limit 200 --json | head -c 1; exit ${PIPESTATUS[0]}", "orchestrator", stack)
            #expect(try await reader.wait(deadline: .seconds(30)) <= 1)
            #expect(reader.errorOutput == "")
        }
    }

    @Test("a sync whose log loses its reader goes on to its end")
    func logReaderGone() async throws {
        try await withStack { stack in
            let api = try await stack.startSimulator(SimulatedUsers(500), "--interval-ms", "50")
            defer { api.stop() }
            try await withWorkers(of: stack) { _ in
                let sync = try shell(
                    "\"$program\" sync 2>&1 | head -1; exit ${PIPESTATUS[0]}", "orchestrator", stack,
                    settings: ["LEGACY_API_URL": api.url])
                #expect(try await sync.wait(deadline: .seconds(90)) == 0, "\(sync.output)")
            }
            #expect(try await stack.status().status == "COMPLETED")
        }
    }

    @Test("status --watch ends when nobody reads it any more")
    func watchWithoutReader() async throws {
        try await withStack { stack in
            _ = try await stack.database.query("INSERT INTO sync_logs (status) VALUES ('RUNNING')")
            let watch = try shell("\"$program\" status --watch --json | head -1", "orchestrator", stack)
            try await eventually(within: .seconds(20), "the first line is read") { watch.output.contains("RUNNING") }
            _ = try await stack.database.query("UPDATE sync_logs SET total_processed = 1")
            #expect(try await watch.wait(deadline: .seconds(20)) == 0)
        }
    }

    @Test("SIGHUP stops a sync and a worker as SIGTERM does")
    func hangup() async throws {
        try await withStack { stack in
            let api = try await stack.startSimulator(SimulatedUsers(5_000), "--interval-ms", "200")
            defer { api.stop() }
            let sync = try stack.startSync(api)
            defer { sync.kill() }
            let worker = try stack.startWorker()
            defer { worker.kill() }
            try await eventually(within: .seconds(60), "the sync is under way") {
                try await stack.count("SELECT count(*) FROM sync_logs WHERE status = 'RUNNING'") == 1
            }
            try await eventually(within: .seconds(60), "the worker has started") {
                worker.errorOutput.contains("worker started")
            }
            sync.signal(SIGHUP)
            worker.signal(SIGHUP)
            #expect(try await sync.wait(deadline: .seconds(60)) == 1)
            #expect(try await worker.wait(deadline: .seconds(60)) == 0)
            let row = try await stack.status()
            #expect(row.status == "FAILED")
            #expect(row.errorMessage?.contains("interrupted") == true)
        }
    }

    @Test("started with nohup, a worker survives SIGHUP")
    func nohup() async throws {
        try await withStack { stack in
            let worker = try shell(
                "trap '' HUP; exec \"$program\" run", "worker", stack,
                settings: ["DATABASE_URL": stack.roles.connectionString(.worker, stack.database)])
            defer { worker.kill() }
            try await eventually(within: .seconds(60), "the worker has started") {
                worker.errorOutput.contains("worker started")
            }
            worker.signal(SIGHUP)
            try await Task.sleep(for: .seconds(2))
            #expect(worker.isRunning)
            worker.terminate()
            #expect(try await worker.wait(deadline: .seconds(30)) == 0)
        }
    }

    static let canUnshare: Bool = {
        guard let child = try? ChildProcess.start("unshare", ["--pid", "--fork", "true"]) else { return false }
        for _ in 0..<100 where child.isRunning { usleep(50_000) }
        return child.exitStatus == 0
    }()

    @Test(
        "as process 1 of a container, every command reacts to SIGTERM and SIGINT",
        .enabled(if: canUnshare, "needs the right to make a process namespace"),
        arguments: ["status --watch", "sync"], [SIGTERM, SIGINT])
    func firstProcess(arguments: String, signal: Int32) async throws {
        try await withStack { stack in
            let api = try await stack.startSimulator(SimulatedUsers(50_000), "--interval-ms", "200")
            defer { api.stop() }
            if arguments != "sync" {
                _ = try await stack.database.query("INSERT INTO sync_logs (status) VALUES ('RUNNING')")
            }
            let container = try shell(
                "exec unshare --pid --fork --kill-child \"$program\" \(arguments)", "orchestrator", stack,
                settings: ["LEGACY_API_URL": api.url])
            defer { container.kill() }
            try await eventually(within: .seconds(60), "the sync is shown") {
                try await stack.count("SELECT count(*) FROM sync_logs WHERE status = 'RUNNING'") == 1
                    && (arguments == "sync" || container.output.contains("RUNNING"))
            }
            let children = try String(
                contentsOfFile: "/proc/\(container.pid)/task/\(container.pid)/children", encoding: .utf8)
            let first = try #require(Int32(children.trimmingCharacters(in: .whitespaces)))
            Glibc.kill(first, signal)
            let status = try await container.wait(deadline: .seconds(30))
            #expect(status == (arguments == "sync" ? 1 : 128 + signal))
        }
    }
}
