import Glibc

/// Buffered bytes to standard output; the caller flushes at the end.
///
/// Writes block, so only a command that does nothing else may use it.
struct StandardOutput: ~Copyable {
    private var buffer: [UInt8] = []
    private static let limit = 256 << 10

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.limit { try flush() }
    }

    mutating func flush() throws {
        try buffer.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = Glibc.write(STDOUT_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written >= 0 {
                    rest = rest.dropFirst(written)
                } else if errno != EINTR {
                    throw CommandFailure("cannot write to standard output: \(String(cString: strerror(errno)))")
                }
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
