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

    /// Writes all of the text. What cannot be written (a closed pipe) is dropped: logging must never end the process.
    package func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = writeAll(UnsafeRawBufferPointer($0)) }
    }

    /// Writes all of the bytes, for results: a part of them must not pass for the whole.
    ///
    /// Blocks for as long as the reader of a pipe lets it wait; not for the cooperative pool.
    /// - Throws: ``OutputError`` when they cannot be written, for example since the disk is full.
    package func write(_ bytes: [UInt8]) throws(OutputError) {
        guard let code = bytes.withUnsafeBytes(writeAll) else { return }
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
            guard written > 0 else { return errno }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
        return nil
    }
}

/// Why a result could not be written.
package struct OutputError: Error, Sendable, Equatable, CustomStringConvertible {
    /// An `errno`.
    let code: Int32

    package var description: String { "the output cannot be written: \(String(cString: strerror(code)))" }
}
