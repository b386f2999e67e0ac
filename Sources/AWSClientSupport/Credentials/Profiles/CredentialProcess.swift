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
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            return failure(.invalid, "it cannot be started")
        }
        let bytes = read(output.fileHandleForReading.fileDescriptor)
        guard let bytes else {
            process.terminate()
            return failure(.unavailable, "it took longer than \(deadline) or printed more than \(maximumBytes) bytes")
        }
        // It has closed its output; what is left of its life is short, and it is not given long.
        let end = ContinuousClock.now + .seconds(5)
        while process.isRunning, ContinuousClock.now < end { usleep(2_000) }
        guard !process.isRunning else {
            process.terminate()
            return failure(.unavailable, "it did not end")
        }
        guard process.terminationStatus == 0 else {
            return failure(.unavailable, "it ended with status \(process.terminationStatus)")
        }
        return .success(bytes)
    }

    /// Everything until the end of the output; `nil` when that takes too long or is too much.
    private static func read(_ descriptor: Int32) -> [UInt8]? {
        let end = ContinuousClock.now + deadline
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else { return nil }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&waiting, 1, Int32(left / .milliseconds(1)) + 1)
            if ready < 0 && errno != EINTR { return nil }
            guard ready > 0 else { continue }
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= maximumBytes else { return nil }
        }
    }

    private static func failure(_ code: CredentialError.Code, _ message: String) -> Result<[UInt8], CredentialError> {
        .failure(CredentialError(code, source: source, message: message))
    }
}
