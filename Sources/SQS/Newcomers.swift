import Synchronization

/// The queues that have not answered this client yet: only to them is given a little time to appear.
///
/// An emulator that has just been started listens before it has made its queues, and answers `QueueDoesNotExist` meanwhile.
/// A queue that has once been there, or that has not come within that time, is missing.
final class Newcomers: Sendable {
    /// A lock, since it is held for a look-up only.
    private let known = Mutex<Set<String>>([])

    /// Five seconds in all.
    private static let pauses: [Duration] = [
        .milliseconds(200), .milliseconds(300), .milliseconds(500), .seconds(1), .seconds(1), .seconds(2),
    ]

    /// How long to wait before each further try of a queue that does not exist.
    func pauses(of queueURL: String) -> [Duration] {
        known.withLock { $0.contains(queueURL) } ? [] : Self.pauses
    }

    func answered(_ queueURL: String) {
        known.withLock { _ = $0.insert(queueURL) }
    }
}
