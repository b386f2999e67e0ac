import Foundation
import Glibc
import TestSupport
import Testing

@Suite("Child processes")
struct ChildProcessTests {
    @Test("an exit status, a signal's number and both outputs come back")
    func outcome() async throws {
        let result = try await ChildProcess.run("sh", ["-c", "echo out; echo err >&2; exit 7"])
        #expect(result == (7, "out\n", "err\n"))
        let killed = try await ChildProcess.run("sh", ["-c", "kill -9 $$"])
        #expect(killed.status == 128 + SIGKILL)
    }

    @Test("a given environment is the whole environment, and the directory is kept")
    func surroundings() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let result = try await ChildProcess.run(
            "/usr/bin/env", ["sh", "-c", "echo $GREETING; echo ${HOME-none}; pwd"],
            environment: ["GREETING": "hello world", "PATH": "/usr/bin:/bin"], directory: folder.path)
        #expect(result.output == "hello world\nnone\n\(folder.path)\n")
    }

    @Test("a program that is not there is an error at the start")
    func missing() {
        #expect(throws: TestSupportError.self) { try ChildProcess.start("/no/such/program") }
        #expect(throws: TestSupportError.self) { try ChildProcess.start("no-such-program-anywhere") }
    }

    @Test("waiting past the deadline is an error and kills the program")
    func deadline() async throws {
        let child = try ChildProcess.start("sleep", ["600"])
        await #expect(throws: TestSupportError.self) { try await child.wait(deadline: .milliseconds(100)) }
        #expect(child.exitStatus == 128 + SIGKILL)
    }

    @Test("killing a program takes what it started along")
    func group() async throws {
        let child = try ChildProcess.start("sh", ["-c", "sleep 601 & echo $!; wait"])
        defer { child.kill() }
        try await eventually("the program has said its child's id") { child.output.hasSuffix("\n") }
        let grandchild = try #require(pid_t(child.output.dropLast()))
        child.kill()
        try await child.wait(deadline: .seconds(10))
        try await eventually("the grandchild is gone") { !isAlive(grandchild) }
    }

    @Test("a program that ends leaves nothing of its group behind")
    func orphans() async throws {
        let result = try await ChildProcess.run("sh", ["-c", "sleep 602 >/dev/null 2>&1 & echo $!"])
        let orphan = try #require(pid_t(result.output.dropLast()))
        try await eventually("the orphan is gone") { !isAlive(orphan) }
    }

    @Test("a test process that is killed leaves no process and no folder behind")
    func killedTestProcess() async throws {
        // Another run of this very test bundle plays the test process: it starts a program, says where, and waits to be killed.
        let inner = try ChildProcess.start(
            Executables.path("\(ProcessInfo.processInfo.processName)"),
            ["--testing-library", "swift-testing", "--filter", "GuardedProcessRole"],
            environment: ChildProcess.environment(adding: ["GUARDED_PROCESS_ROLE": "1"]))
        defer { inner.kill() }
        var words: [String] = []
        try await eventually(within: .seconds(60), "the inner test process has started its program") {
            let line = inner.output.split(separator: "\n").first { $0.hasPrefix("ROLE ") }
            words = (line ?? "").split(separator: " ").map(String.init)
            return words.count == 3
        }
        let program = try #require(pid_t(words[1]))
        #expect(isAlive(program))
        #expect(FileManager.default.fileExists(atPath: words[2]))
        inner.signal(SIGKILL)
        try await eventually(within: .seconds(20), "the program and the folder are gone") {
            !isAlive(program) && !FileManager.default.fileExists(atPath: words[2])
        }
    }
}

/// The part of the test process that gets killed; it does nothing in an ordinary run.
@Suite("GuardedProcessRole", .enabled(if: ProcessInfo.processInfo.environment["GUARDED_PROCESS_ROLE"] != nil))
struct GuardedProcessRole {
    @Test("starts a program, says where, and waits")
    func role() async throws {
        let folder = try TemporaryFolder()
        // The trap makes it outlive a polite request: only a kill ends it.
        let child = try ChildProcess.start("sh", ["-c", "trap '' TERM; while :; do sleep 0.2; done"])
        print("ROLE \(child.pid) \(folder.path)")
        fflush(nil)
        try await Task.sleep(for: .seconds(120))
    }
}

/// Whether a process exists and is no zombie that nobody has asked after yet.
private func isAlive(_ pid: pid_t) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
    let state = stat.split(separator: ")").last?.split(separator: " ").first
    return state != "Z" && state != "X"
}
