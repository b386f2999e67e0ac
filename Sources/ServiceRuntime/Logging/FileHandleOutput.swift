#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file descriptor that takes whole lines, each in as few `write(2)` calls as the kernel allows.
package struct FileHandleOutput: Sendable {
    let descriptor: Int32

    package static let standardError = FileHandleOutput(descriptor: STDERR_FILENO)
    package static let standardOutput = FileHandleOutput(descriptor: STDOUT_FILENO)

    /// Whether a person looks at it.
    package var isTerminal: Bool { isatty(descriptor) == 1 }

    /// How long a reader may take that has made its pipe one that does not block.
    private static let patience: Int32 = 1000

    /// Writes all of the text. What cannot be written (a closed pipe, a full disk) is dropped: logging must never end the process.
    package func write(_ text: String) {
        _ = writeAll(text)
    }

    /// Writes all of the text.
    /// - Returns: nil, or the `errno` for which not all could be written.
    func writeAll(_ text: String) -> Int32? {
        var text = text
        return text.withUTF8 { writeAll(UnsafeRawBufferPointer($0)) }
    }

    /// Writes all of the bytes, for results: a part of them must not pass for the whole.
    ///
    /// Blocks for as long as the reader of a pipe lets it wait; not for the cooperative pool.
    /// - Throws: ``OutputError`` when they cannot be written, for example since the disk is full.
    package func write(_ bytes: [UInt8]) throws(OutputError) {
        guard let code = bytes.withUnsafeBytes({ writeAll($0) }) else { return }
        throw OutputError(code: code)
    }

    /// - Returns: nil, or the `errno` for which not all could be written.
    private func writeAll(_ bytes: UnsafeRawBufferPointer) -> Int32? {
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            // The module name tells the C function from this method.
            #if canImport(Musl)
                let written = Musl.write(descriptor, base, rest.count)
            #else
                let written = Glibc.write(descriptor, base, rest.count)
            #endif
            if written < 0 && errno == EINTR { continue }
            if written < 0 && errno == EAGAIN, isWritableSoon() { continue }
            guard written > 0 else { return errno }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
        return nil
    }

    /// Whether more can be written, to an output that another process has made one that does not block.
    private func isWritableSoon() -> Bool {
        var waiting = pollfd(descriptor: descriptor)
        return poll(&waiting, 1, Self.patience) > 0
    }
}

extension pollfd {
    fileprivate init(descriptor: Int32) {
        self.init(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    }
}

/// Why a result could not be written.
package struct OutputError: Error, Sendable, Equatable, CustomStringConvertible {
    /// An `errno`.
    let code: Int32

    /// The reader of a pipe has gone away.
    var isBrokenPipe: Bool { code == EPIPE }

    package var description: String { "the output cannot be written: \(String(cString: strerror(code)))" }
}
