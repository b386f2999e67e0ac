#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The three descriptors that a process is started with.
enum StandardStreams {
    /// Puts `/dev/null` in the place of a standard stream that is closed.
    ///
    /// Otherwise the first file or socket would get its number, and a log line would be written into a database connection. It is
    /// opened for reading only: what is written to a closed output still fails, and a command whose result is lost can say so.
    static func fillGaps() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest number that is free is this one, since those below are open by now.
            _ = open("/dev/null", O_RDONLY)
        }
    }
}
