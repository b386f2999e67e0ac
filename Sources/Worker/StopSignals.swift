import Glibc
import Logging
import ServiceLifecycle
import ServiceRuntime
import UnixSignals

/// SIGTERM, SIGINT and SIGHUP: the first asks the services to stop, the second ends the process at once.
///
/// Nothing is lost by the second: the server rolls back what was not committed, and the messages that were received come again after
/// their visibility timeout.
struct StopSignals: Sendable {
    let logger: Logger

    /// Runs a group of services until it ends, and listens meanwhile.
    ///
    /// The group itself is to trap no signals: a signal has one handler.
    func run(_ group: ServiceGroup) async throws {
        let signals = await UnixSignalsSequence(trapping: ProcessSignals.stopping)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await listen(to: signals, for: group) }
            try await group.run()
            tasks.cancelAll()
        }
    }

    private func listen(to signals: UnixSignalsSequence, for group: ServiceGroup) async {
        var isFirst = true
        for await signal in signals {
            guard isFirst else {
                logger.warning("told to stop again: received messages come again after their visibility timeout")
                // The exit status by which a shell names a signal.
                _exit(128 + signal.rawValue)
            }
            isFirst = false
            logger.info("told to stop: finishing what is under way; told again, this process ends at once")
            await group.triggerGracefulShutdown()
        }
    }
}
