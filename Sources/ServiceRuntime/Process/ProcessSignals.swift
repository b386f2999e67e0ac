package import UnixSignals

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What signals do to this process before anything listens to them.
package enum ProcessSignals {
    /// The signals that ask a program to stop. SIGHUP is one of them, since the terminal or the connection is gone, unless the process
    /// was started to survive that (`nohup`).
    package static var stopping: [UnixSignal] {
        isIgnored(SIGHUP) ? [.sigterm, .sigint] : [.sigterm, .sigint, .sighup]
    }

    static func begin() {
        // A reader that goes away is an error of the write, which each writer handles. A handler and not SIG_IGN: programs that this
        // process starts get the default back.
        if isDefault(SIGPIPE) { handle(SIGPIPE) { _ in } }
        // The kernel delivers no signal to process 1 of a container that it does not handle. Commands that listen to signals
        // replace these handlers.
        guard getpid() == 1 else { return }
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGQUIT] where isDefault(signal) {
            // The exit status by which a shell names a signal.
            handle(signal) { _exit(128 + $0) }
        }
    }

    // MARK: sigaction

    private static func handle(_ signal: Int32, _ handler: @convention(c) (Int32) -> Void) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = handler
        action.sa_flags = SA_RESTART
        _ = sigaction(signal, &action, nil)
    }

    /// 0 is SIG_DFL, 1 is SIG_IGN.
    private static func disposition(_ signal: Int32) -> Int {
        var action = sigaction()
        guard sigaction(signal, nil, &action) == 0 else { return 0 }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    }

    private static func isDefault(_ signal: Int32) -> Bool { disposition(signal) == 0 }

    private static func isIgnored(_ signal: Int32) -> Bool { disposition(signal) == 1 }
}
