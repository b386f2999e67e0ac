import Dispatch
import Foundation

/// Runs the program that a profile names as its `credential_process`, and takes what it prints.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
enum CredentialProcess {
    static let source = "credential process"
    private static let maximumBytes = 64 << 10
    private static let deadline: Duration = .seconds(60)

    /// Waiting for a process blocks: it has a thread of this queue, and none of the cooperative pool.
    private static let queue = DispatchQueue(label: "credential-process", attributes: .concurrent)

    static func run(_ command: String) async throws(CredentialError) -> [UInt8] {
        let result = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: runBlocking(command)) }
        }
        return try result.get()
    }

    private static func runBlocking(_ command: String) -> Result<[UInt8], CredentialError> {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        // The command is the operator's own configuration, and may use a shell's quoting, as in the other SDKs.
        process.arguments = ["-c", command]
        let output = Pipe()
        let errorOutput = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errorOutput
        do {
            try process.run()
        } catch {
            return failure(.invalid, "it cannot be started")
        }
        var reading = ProcessReading(
            output: output.fileHandleForReading.fileDescriptor,
            errorOutput: errorOutput.fileHandleForReading.fileDescriptor, maximumBytes: maximumBytes)
        guard reading.untilOutputEnds(by: .now + deadline) else {
            process.terminate()
            return failure(
                .unavailable,
                "it took longer than \(deadline) or printed more than \(maximumBytes) bytes\(reading.reason)")
        }
        // It has closed its output; what is left of its life is short, and it is not given long.
        let end = ContinuousClock.now + .seconds(5)
        var status = endStatus(process)
        while status == nil, ContinuousClock.now < end {
            reading.takeErrors(waiting: .milliseconds(2))
            status = endStatus(process)
        }
        guard let status else {
            process.terminate()
            return failure(.unavailable, "it did not end\(reading.reason)")
        }
        reading.takeErrors(waiting: .zero)
        guard status == 0 else {
            // Its own retries are over: what it says is for a person to read.
            return failure(.invalid, "it ended with status \(status)\(reading.reason)")
        }
        return .success(reading.output)
    }

    /// How the process ended; `nil` while it runs.
    ///
    /// Foundation calls it running for as long as something that it has started runs in the background, an agent perhaps. The kernel
    /// knows better, and is asked without taking the answer away from Foundation.
    private static func endStatus(_ process: Process) -> Int32? {
        guard process.isRunning else { return process.terminationStatus }
        var information = siginfo_t()
        guard waitid(P_PID, id_t(process.processIdentifier), &information, WEXITED | WNOHANG | WNOWAIT) == 0,
            information.si_signo == SIGCHLD
        else { return nil }
        return information._sifields._sigchld.si_status
    }

    private static func failure(_ code: CredentialError.Code, _ message: String) -> Result<[UInt8], CredentialError> {
        .failure(CredentialError(code, source: source, message: message))
    }
}
