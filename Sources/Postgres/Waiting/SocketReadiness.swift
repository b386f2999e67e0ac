/// One socket's place at the readiness thread.
///
/// It must be given up before the socket is closed: a thread that waits on a closed descriptor may wake for another one.
final class SocketReadiness: Sendable {
    private let descriptor: Int32
    private let waiter: Waiter
    private let thread: ReadinessThread

    init(descriptor: Int32, thread: ReadinessThread = .shared) throws(PostgresError) {
        self.descriptor = descriptor
        self.thread = thread
        waiter = Waiter(thread: thread)
        let code = thread.register(descriptor, for: waiter)
        guard code == 0 else { throw Self.failure(code) }
    }

    /// Gives up the place and wakes the task that waits there. Call it once, while the socket is open.
    func remove() {
        thread.unregister(descriptor, for: waiter)
        waiter.signal()
    }

    /// Waits until the socket may be ready. It can return without reason, so the caller tries again if nothing was there.
    func wait(
        for interest: ReadinessThread.Interest, until deadline: ContinuousClock.Instant?, heedingCancellation: Bool
    ) async throws(PostgresError) -> Waiter.Outcome {
        let code = thread.arm(descriptor, interest, for: waiter)
        guard code == 0 else { throw Self.failure(code) }
        return await waiter.wait(until: deadline, heedingCancellation: heedingCancellation)
    }

    private static func failure(_ code: Int32) -> PostgresError {
        PostgresError(.outOfResources, operation: "wait for a socket", message: "epoll_ctl failed with error \(code)")
    }
}
