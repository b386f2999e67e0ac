import NIOPosix
import ServiceRuntime

/// Writes a long result to standard output in parts.
enum ResultLines {
    /// Blocks a thread of NIO's pool, not the cooperative one, while the reader of a pipe is slow.
    static func write(_ lines: [UInt8]) async throws {
        try await NIOThreadPool.singleton.runIfActive { try FileHandleOutput.standardOutput.write(lines) }
    }
}
