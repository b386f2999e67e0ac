import Foundation
import Glibc
import Synchronization

/// A program that a test started, in a process group of its own.
///
/// It ends at the latest with the test process (see ``ProcessGuardian``), so a failed or killed test run leaves nothing behind; a
/// test that is done with it says `defer { child.kill() }`. Whatever the program leaves running in its group is killed when it ends.
package final class ChildProcess: Sendable {
    /// The program's process id, also the id of its process group.
    package let pid: Int32
    /// The program's file name, for messages. Its arguments may hold secrets and are not kept.
    package let name: String

    private let outputFile: String
    private let errorFile: String
    private let stopSignal: Int32
    private let state: Mutex<State>

    private enum State {
        case running([CheckedContinuation<Void, Never>])
        case ended(status: Int32)
    }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - executable: its path, or a name to be found in `PATH`.
    ///   - environment: its whole environment; `nil` hands on this process's. See ``environment(adding:)``.
    ///   - directory: its working directory; `nil`: this process's.
    ///   - logFile: the file that both its outputs are appended to; `nil`: two files of their own, read with ``output`` and
    ///     ``errorOutput``.
    ///   - stopSignal: what asks this program to stop, used by ``terminate()`` and when the test process ends.
    /// - Throws: ``TestSupportError`` when there is no such program.
    package static func start(
        _ executable: String, _ arguments: [String] = [], environment: [String: String]? = nil,
        directory: String? = nil,
        logFile: String? = nil, stopSignal: Int32 = SIGTERM
    ) throws -> ChildProcess {
        let guardian = try ProcessGuardian.shared()
        let program = try find(executable)
        let folder = logFile == nil ? try TemporaryFolder(prefix: "output") : nil
        let outputFile = logFile ?? folder?.file("stdout") ?? "/dev/null"
        let errorFile = logFile ?? folder?.file("stderr") ?? "/dev/null"

        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { close(null) }
        let output = try openForAppending(outputFile)
        defer { close(output) }
        let errors = try openForAppending(errorFile)
        defer { close(errors) }
        let (gate, gateOfProgram) = try socketPair()
        defer {
            close(gate)
            close(gateOfProgram)
        }

        // The program waits at a gate until the guardian knows of it: a test process killed in between leaves nothing.
        let script = "read -r go <&3 || exit 125; exec 3<&-; cd -- \"$1\" || exit 125; shift; exec \"$@\""
        let pid = try spawn(
            "/bin/sh", ["sh", "-c", script, "gate", directory ?? ".", program] + arguments,
            environment: (environment ?? ProcessInfo.processInfo.environment).map { "\($0.key)=\($0.value)" },
            descriptors: [(null, 0), (output, 1), (errors, 2), (gateOfProgram, 3)], placement: .newGroup)
        let child = ChildProcess(
            pid: pid, name: (program as NSString).lastPathComponent, outputFile: outputFile, errorFile: errorFile,
            stopSignal: stopSignal)
        child.awaitEnd(guardian)
        try guardian.watch(group: pid, stopSignal: stopSignal)
        // Fails only when the program was killed at the gate; its exit status then says so.
        send(gate, "\n", 1, Int32(MSG_NOSIGNAL))
        return child
    }

    /// Runs a program to its end.
    ///
    /// - Throws: ``TestSupportError`` when there is no such program or it runs longer than `deadline`; it is then killed.
    package static func run(
        _ executable: String, _ arguments: [String] = [], environment: [String: String]? = nil,
        directory: String? = nil,
        deadline: Duration = .seconds(60)
    ) async throws -> (status: Int32, output: String, errorOutput: String) {
        let child = try start(executable, arguments, environment: environment, directory: directory)
        let status: Int32
        do {
            status = try await child.wait(deadline: deadline)
        } catch let error as TestSupportError {
            throw TestSupportError("\(arguments.prefix(2).joined(separator: " ")): \(error)")
        }
        return (status, child.output, child.errorOutput)
    }

    /// This process's environment with some variables set anew.
    package static func environment(adding variables: [String: String]) -> [String: String] {
        ProcessInfo.processInfo.environment.merging(variables) { _, new in new }
    }

    /// What the program has written to its standard output so far.
    package var output: String { Self.text(outputFile) }

    /// What the program has written to its standard error so far.
    package var errorOutput: String { Self.text(errorFile) }

    /// Whether the program has not ended yet.
    package var isRunning: Bool {
        state.withLock { if case .running = $0 { true } else { false } }
    }

    /// The exit status, 128 + n when signal n ended the program, or `nil` while it runs.
    package var exitStatus: Int32? {
        state.withLock { if case .ended(let status) = $0 { status } else { nil } }
    }

    /// Asks the program to stop, with SIGTERM or the signal it was started with.
    package func terminate() {
        signal(stopSignal)
    }

    /// Ends the program and its whole process group at once (SIGKILL).
    package func kill() {
        signalGroup(SIGKILL)
    }

    /// Sends a signal to the program alone, not to its group. Does nothing when the program has ended.
    package func signal(_ number: Int32) {
        state.withLock { state in
            guard case .running = state else { return }
            Glibc.kill(pid, number)
        }
    }

    /// Sends a signal to the program's whole group. Does nothing when the program has ended.
    package func signalGroup(_ number: Int32) {
        state.withLock { state in
            guard case .running = state else { return }
            Glibc.kill(-pid, number)
        }
    }

    /// Waits for the program's end.
    ///
    /// - Returns: the exit status, or 128 + n when signal n ended the program.
    /// - Throws: ``TestSupportError`` when it runs longer than `deadline`, counted from now; it is then killed, and the error has the
    ///   end of its output.
    @discardableResult
    package func wait(deadline: Duration) async throws -> Int32 {
        let alarm = Task {
            try await Task.sleep(for: deadline)
            kill()
            return true
        }
        await ended()
        alarm.cancel()
        if case .success = await alarm.result {
            throw TestSupportError(
                "\(name) did not end within \(deadline) and was killed. Its last lines:\n\(lastLines())")
        }
        return exitStatus ?? 125
    }

    /// The end of what the program has written, for messages.
    package func lastLines(_ count: Int = 20) -> String {
        let written = outputFile == errorFile ? output : output + errorOutput
        return written.split(separator: "\n").suffix(count).joined(separator: "\n")
    }

    private init(pid: Int32, name: String, outputFile: String, errorFile: String, stopSignal: Int32) {
        self.pid = pid
        self.name = name
        self.outputFile = outputFile
        self.errorFile = errorFile
        self.stopSignal = stopSignal
        self.state = Mutex(.running([]))
    }

    /// Waits on a thread of its own, since waiting for a process blocks.
    private func awaitEnd(_ guardian: ProcessGuardian) {
        Thread.detachNewThread { [self] in
            var info = siginfo_t()
            // First without reaping: as long as the process is a zombie its id cannot mean another one.
            while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
                Glibc.kill(-pid, SIGKILL)
                guardian.forget(group: pid)
                var status: Int32 = 0
                while waitpid(pid, &status, 0) < 0, errno == EINTR {}
                let signal = status & 0x7f
                defer { state = .ended(status: signal == 0 ? (status >> 8) & 0xff : 128 + signal) }
                if case .running(let waiting) = state { return waiting }
                return []
            }
            waiting.forEach { $0.resume() }
        }
    }

    private func ended() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                guard case .running(let waiting) = state else { return true }
                state = .running(waiting + [continuation])
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    private static func find(_ executable: String) throws -> String {
        if executable.contains("/") {
            guard access(executable, X_OK) == 0 else {
                throw TestSupportError.system("finding the program \(executable)", errno)
            }
            return executable
        }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        for folder in path.split(separator: ":") where access("\(folder)/\(executable)", X_OK) == 0 {
            return "\(folder)/\(executable)"
        }
        throw TestSupportError("no program \(executable) in PATH")
    }

    private static func openForAppending(_ path: String) throws -> Int32 {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw TestSupportError.system("open \(path)", errno) }
        return descriptor
    }

    private static func text(_ file: String) -> String {
        FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
