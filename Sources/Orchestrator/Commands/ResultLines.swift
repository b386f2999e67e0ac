import NIOPosix
import ServiceRuntime

/// Standard output as the place of a long result, a part at a time.
enum ResultLines {
    /// Writes whole lines; waits for as long as the reader of a pipe lets it wait.
    static func write(_ lines: [UInt8]) async throws {
        try await NIOThreadPool.singleton.runIfActive { try FileHandleOutput.standardOutput.write(lines) }
    }
}
