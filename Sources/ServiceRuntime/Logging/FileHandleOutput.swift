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
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let base = rest.baseAddress, !rest.isEmpty {
                // The module name tells the C function from this method.
                #if canImport(Musl)
                    let written = Musl.write(descriptor, base, rest.count)
                #else
                    let written = Glibc.write(descriptor, base, rest.count)
                #endif
                if written < 0 && errno == EINTR { continue }
                guard written > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
        }
    }
}
