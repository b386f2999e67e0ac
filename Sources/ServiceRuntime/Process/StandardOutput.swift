import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The standard output as the place of a command's result: a result that could not be written must not pass for one that was.
package enum StandardOutput {
    /// The first `errno` for which a result could not be written; 0 while all could.
    private static let failure = Atomic<Int32>(0)

    /// Notes that a part of a result is lost.
    static func failed(_ code: Int32) {
        _ = failure.compareExchange(expected: 0, desired: code, ordering: .relaxed)
    }

    /// For commands that write one result after the other.
    /// - Throws: ``OutputError`` when what was written so far is lost.
    package static func check() throws(OutputError) {
        // `print` writes to a buffer of C's.
        if fflush(nil) != 0 { failed(errno) }
        let code = failure.load(ordering: .relaxed)
        guard code == 0 else { throw OutputError(code: code) }
    }

    /// For commands that wait before they write again: a reader that goes away is noticed without a write.
    /// - Throws: ``OutputError`` when nobody can read what will be written, or what was written is lost.
    package static func checkReader() throws(OutputError) {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        // On a pipe this is all that it says about readers. A file and a terminal never say it.
        if poll(&output, 1, 0) > 0, output.revents & Int16(POLLERR) != 0 { failed(EPIPE) }
        try check()
    }

    /// Has the end of the process check whether all results were written. When one was not, the exit status is 1, with the reason
    /// on standard error. A failure that the command found itself keeps its exit status.
    static func checkAtExit() {
        #if canImport(Glibc)
            on_exit(
                { status, _ in
                    do throws(OutputError) {
                        try StandardOutput.check()
                    } catch {
                        guard status == 0 else { return }
                        // Somebody who closes a pipe has seen enough, and wants no message.
                        if !error.isBrokenPipe { FileHandleOutput.standardError.write("error: \(error)\n") }
                        _exit(ExitStatus.failure.rawValue)
                    }
                }, nil)
        #endif
    }
}
