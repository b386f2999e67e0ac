import Synchronization

/// Whether the worker was told to stop: nothing new is begun, nothing that waits goes on waiting.
final class ShutdownFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .acquiring) }

    func begin() { flag.store(true, ordering: .releasing) }
}
